// supabase-js over second factors and passkeys: every method of auth.mfa, auth.mfa.webauthn, auth.mfa.recoveryCodes and auth.passkey, with
// what the app is told, in a browser of sorts: `window` and `navigator.credentials` are those of a software authenticator.
import { before, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { service, sql } from './client.mjs'
import { Authenticator, totp } from './authenticator.mjs'

const ORIGIN = 'https://app.sdk.example'

before(() => {
  sql(`SELECT auth.set('webauthn_rp_id', 'sdk.example'), auth.set('webauthn_rp_origins', '${ORIGIN}'),
       auth.set('mfa_rate_limit_challenge_and_verify', '0')`)
  sql("UPDATE auth.rate_limits SET count = 0 WHERE name = 'passkey_address'")
})

const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}
const bad = async (result, code) => {
  const { error } = await result
  assert.equal(error?.code, code, JSON.stringify(error))
  return error
}

const client = () => {
  const kept = new Map()
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
  const made = createClient(process.env.HOWDAH_URL, process.env.HOWDAH_ANON_KEY, {
    auth: {
      storage, persistSession: true, autoRefreshToken: false, detectSessionInUrl: false, storageKey: randomUUID(),
      experimental: { passkey: true, recoveryCodes: true },
    },
  })
  made.events = []
  made.auth.onAuthStateChange((event) => void made.events.push(event))
  return made
}

/** A user of a test's own with one session, as a sign-in gives it. */
const signedIn = async (id = randomUUID()) => {
  sql(`INSERT INTO auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at, raw_app_meta_data)
       VALUES ('${id}', 'authenticated', 'authenticated', 'js-${id}@tests.example.com', now(), now(), now(), '{}') ON CONFLICT DO NOTHING`)
  const session = JSON.parse(sql(`SELECT howdah_private.auth_issue_session('${id}', 'password')`))
  const made = client()
  good(await made.auth.setSession(session))
  return { supabase: made, id }
}

/** Runs with this device as the browser's. */
const inBrowser = async (device, run) => {
  globalThis.PublicKeyCredential = class PublicKeyCredential {}
  globalThis.window = { PublicKeyCredential, addEventListener() {}, removeEventListener() {} }
  globalThis.document = { visibilityState: 'visible' }
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: { credentials: device.credentials() }, configurable: true })
  try {
    return await run()
  } finally {
    delete globalThis.PublicKeyCredential
    delete globalThis.window
    delete globalThis.document
    if (own) Object.defineProperty(globalThis, 'navigator', own)
    else delete globalThis.navigator
  }
}

const level = async (supabase) => {
  const { currentLevel, nextLevel } = good(await supabase.auth.mfa.getAuthenticatorAssuranceLevel())
  return [currentLevel, nextLevel]
}

test('an authenticator app is enrolled, challenged, verified, listed and removed', async () => {
  const { supabase, id } = await signedIn()
  assert.deepEqual(await level(supabase), ['aal1', 'aal1'])
  const made = good(await supabase.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'App', issuer: 'Suite' }))
  assert.match(made.totp.qr_code, /^data:image\/svg\+xml;utf-8,<svg /)
  assert.match(made.totp.uri, /^otpauth:\/\/totp\/Suite:/)
  assert.deepEqual(good(await supabase.auth.mfa.listFactors()).totp, [])
  const asked = good(await supabase.auth.mfa.challenge({ factorId: made.id }))
  assert.equal(asked.type, 'totp')
  await bad(supabase.auth.mfa.verify({ factorId: made.id, challengeId: asked.id, code: '12345x' }), 'mfa_verification_failed')
  const session = good(await supabase.auth.mfa.verify({ factorId: made.id, challengeId: asked.id, code: totp(made.totp.secret) }))
  assert.equal(session.user.id, id)
  assert.ok(supabase.events.includes('MFA_CHALLENGE_VERIFIED'))
  assert.deepEqual(await level(supabase), ['aal2', 'aal2'])
  const factors = good(await supabase.auth.mfa.listFactors())
  assert.deepEqual(factors.totp.map(({ id: factor, friendly_name: name }) => [factor, name]), [[made.id, 'App']])

  // The same code once more, on another device.
  const { supabase: second } = await signedIn(id)
  assert.deepEqual(await level(second), ['aal1', 'aal2'])
  await bad(second.auth.mfa.challengeAndVerify({ factorId: made.id, code: totp(made.totp.secret) }), 'mfa_verification_failed')
  await bad(second.auth.mfa.unenroll({ factorId: made.id }), 'insufficient_aal')
  await bad(second.auth.mfa.enroll({ factorType: 'totp' }), 'insufficient_aal')
  good(await second.auth.mfa.challengeAndVerify({ factorId: made.id, code: totp(made.totp.secret, 1) }))
  assert.deepEqual(await level(second), ['aal2', 'aal2'])
  const methods = good(await second.auth.mfa.getAuthenticatorAssuranceLevel()).currentAuthenticationMethods
  assert.deepEqual(methods.map(({ method }) => method).sort(), ['password', 'totp'])

  // A refresh keeps the level; a removal ends it.
  good(await second.auth.refreshSession())
  assert.deepEqual(await level(second), ['aal2', 'aal2'])
  assert.deepEqual(good(await second.auth.mfa.unenroll({ factorId: made.id })), { id: made.id })
  good(await second.auth.refreshSession())
  assert.deepEqual(await level(second), ['aal1', 'aal1'])
})

test('recovery codes stand in for a lost app', async () => {
  const { supabase, id } = await signedIn()
  await bad(supabase.auth.mfa.recoveryCodes.generate(), 'insufficient_aal')
  const made = good(await supabase.auth.mfa.enroll({ factorType: 'totp' }))
  good(await supabase.auth.mfa.challengeAndVerify({ factorId: made.id, code: totp(made.totp.secret) }))
  const { codes, total } = good(await supabase.auth.mfa.recoveryCodes.generate({ friendlyName: 'Backup codes' }))
  assert.deepEqual([codes.length, total], [10, 10])
  const { supabase: second } = await signedIn(id)
  await bad(second.auth.mfa.recoveryCodes.verify({ code: 'aaaa-bbbb-cccc-dddd' }), 'mfa_verification_failed')
  good(await second.auth.mfa.recoveryCodes.verify({ code: codes[0].toUpperCase().match(/.{4}/g).join('-') }))
  assert.ok(second.events.includes('MFA_CHALLENGE_VERIFIED'))
  assert.deepEqual(await level(second), ['aal2', 'aal2'])
  assert.equal(good(await second.auth.mfa.recoveryCodes.getStatus()).remaining, 9)
  assert.equal(good(await second.auth.mfa.listFactors()).recovery_code.length, 1)
  const fresh = good(await second.auth.mfa.recoveryCodes.regenerate())
  await bad(second.auth.mfa.recoveryCodes.verify({ code: codes[1] }), 'mfa_verification_failed')
  good(await second.auth.mfa.recoveryCodes.verify({ code: fresh.codes[0] }))
  await bad(second.auth.mfa.unenroll({ factorId: made.id }), 'mfa_recovery_codes_sole_factor')
  good(await second.auth.mfa.recoveryCodes.unenroll())
  await bad(second.auth.mfa.recoveryCodes.getStatus(), 'mfa_factor_not_found')
})

test('a security key is registered and proven in one call each', async () => {
  const { supabase, id } = await signedIn()
  const device = new Authenticator(ORIGIN)
  const party = { rpId: 'sdk.example', rpOrigins: [ORIGIN] }
  await inBrowser(device, async () => {
    good(await supabase.auth.mfa.webauthn.register({ friendlyName: 'Key', webauthn: party }))
  })
  assert.deepEqual(await level(supabase), ['aal2', 'aal2'])
  const [factor] = good(await supabase.auth.mfa.listFactors()).webauthn
  assert.equal(factor.friendly_name, 'Key')
  const { supabase: second } = await signedIn(id)
  await inBrowser(device, async () => {
    good(await second.auth.mfa.webauthn.authenticate({ factorId: factor.id, webauthn: party }))
  })
  assert.deepEqual(await level(second), ['aal2', 'aal2'])
  const { supabase: third } = await signedIn(id)
  await inBrowser(new Authenticator(ORIGIN), async () => {
    const { error } = await third.auth.mfa.webauthn.authenticate({ factorId: factor.id, webauthn: party })
    assert.ok(error, 'another key')
  })
  assert.deepEqual(await level(third), ['aal1', 'aal2'])
})

test('a passkey is registered, signs in, is renamed and removed', async () => {
  const { supabase, id } = await signedIn()
  const device = new Authenticator(ORIGIN, { counts: false })
  const made = await inBrowser(device, async () => good(await supabase.auth.registerPasskey()))
  assert.ok(made.id && made.created_at, JSON.stringify(made))
  const fresh = client()
  await inBrowser(device, async () => good(await fresh.auth.signInWithPasskey()))
  assert.ok(fresh.events.includes('SIGNED_IN'))
  assert.equal(good(await fresh.auth.getUser()).user.id, id)
  assert.deepEqual(await level(fresh), ['aal1', 'aal1'])
  good(await fresh.auth.passkey.update({ passkeyId: made.id, friendlyName: 'Laptop' }))
  const [listed] = good(await fresh.auth.passkey.list())
  assert.deepEqual([listed.id, listed.friendly_name, typeof listed.last_used_at], [made.id, 'Laptop', 'string'])

  // By hand, in two steps.
  const asked = good(await client().auth.passkey.startAuthentication())
  assert.deepEqual(asked.options.allowCredentials, [])
  await bad(client().auth.passkey.verifyAuthentication({ challengeId: asked.challenge_id, credential: {} }), 'webauthn_verification_failed')

  const admin = service()
  assert.equal(good(await admin.auth.admin.passkey.listPasskeys({ userId: id }))[0].id, made.id)
  good(await fresh.auth.passkey.delete({ passkeyId: made.id }))
  assert.deepEqual(good(await fresh.auth.passkey.list()), [])
  await inBrowser(device, () => bad(client().auth.signInWithPasskey(), 'webauthn_verification_failed'))
})

test('a page elsewhere gets nothing out of a passkey', async () => {
  const { supabase } = await signedIn()
  const device = new Authenticator(ORIGIN)
  await inBrowser(device, async () => good(await supabase.auth.registerPasskey()))
  device.origin = 'https://sdk.example.evil.org'
  await inBrowser(device, () => bad(client().auth.signInWithPasskey(), 'webauthn_verification_failed'))
})
