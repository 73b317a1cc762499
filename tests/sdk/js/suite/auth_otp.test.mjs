// supabase-js: codes and links, as apps use them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { anon, service, sql } from './client.mjs'

const address = () => `js-${randomUUID()}@example.com`

/** The newest mail or message to somebody: its code, and the secret of its link. */
const sent = (to) => {
  const [code, link] = sql(`SELECT code || ' ' || coalesce(link, '') FROM howdah.outbox_peek('${to}', max => 1)`).split(' ')
  return { code, link, token: link ? new URL(link).searchParams.get('token') : null }
}

/** The data of an answer that must not be an error. */
const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}

const member = async () => {
  const email = address()
  const client = anon()
  good(await client.auth.signInWithOtp({ email }))
  const { session } = good(await client.auth.verifyOtp({ email, token: sent(email).code, type: 'email' }))
  return { email, client, session }
}

test('signInWithOtp makes an account, verifyOtp signs in', async () => {
  const email = address()
  const client = anon()
  const asked = good(await client.auth.signInWithOtp({ email, options: { data: { nick: 'Ada' }, emailRedirectTo: 'http://localhost:3000/in' } }))
  assert.deepEqual(asked, { user: null, session: null })
  const { link, code } = sent(email)
  assert.equal(new URL(link).searchParams.get('redirect_to'), 'http://localhost:3000/in')
  const { user, session } = good(await client.auth.verifyOtp({ email, token: code, type: 'email' }))
  assert.equal(user.email, email)
  assert.equal(user.user_metadata.nick, 'Ada')
  assert.equal((await client.auth.getUser()).data.user.id, user.id)
  assert.ok(session.refresh_token)
  const again = await anon().auth.verifyOtp({ email, token: code, type: 'email' })
  assert.equal(again.error.code, 'otp_expired')
  assert.equal(again.error.status, 403)
})

test('shouldCreateUser false tells nothing and makes nothing', async () => {
  const email = address()
  const { data, error } = await anon().auth.signInWithOtp({ email, options: { shouldCreateUser: false } })
  assert.equal(error, null)
  assert.deepEqual(data, { user: null, session: null })
  assert.equal(sql(`SELECT count(*) FROM auth.users WHERE email = '${email}'`), '0')
})

test('a token_hash signs in, as on a server', async () => {
  const { email } = await member()
  const client = anon()
  good(await client.auth.signInWithOtp({ email }))
  const { session } = good(await client.auth.verifyOtp({ token_hash: sent(email).token, type: 'email' }))
  assert.ok(session.access_token)
})

test('PKCE: the link gives a code, exchangeCodeForSession redeems it', async () => {
  const { email } = await member()
  const store = new Map()
  const client = createClient(process.env.HOWDAH_URL, process.env.HOWDAH_ANON_KEY, {
    auth: {
      flowType: 'pkce',
      autoRefreshToken: false,
      detectSessionInUrl: false,
      storage: { getItem: (k) => store.get(k) ?? null, setItem: (k, v) => void store.set(k, v), removeItem: (k) => void store.delete(k) },
    },
  })
  good(await client.auth.signInWithOtp({ email, options: { emailRedirectTo: 'http://localhost:3000/in' } }))
  const { token } = sent(email)
  assert.match(token, /^pkce_/)
  const opened = await fetch(`${process.env.HOWDAH_URL}/auth/v1/verify?token=${token}&type=magiclink&redirect_to=http://localhost:3000/in`, { redirect: 'manual' })
  assert.equal(opened.status, 303)
  const place = new URL(opened.headers.get('location'))
  assert.equal(place.origin + place.pathname, 'http://localhost:3000/in')
  const { session } = good(await client.auth.exchangeCodeForSession(place.searchParams.get('code')))
  assert.equal(session.user.email, email)
})

test('resetPasswordForEmail, verifyOtp recovery, updateUser', async () => {
  const { email, client } = await member()
  const other = anon()
  good(await other.auth.resetPasswordForEmail(email, { redirectTo: 'http://localhost:3000/reset' }))
  good(await other.auth.verifyOtp({ email, token: sent(email).code, type: 'recovery' }))
  const password = `a new password ${randomUUID()}`
  good(await other.auth.updateUser({ password }))
  good(await anon().auth.signInWithPassword({ email, password }))
  assert.ok((await client.auth.getUser()).error, 'a recovery ends the sessions of before')
  good(await anon().auth.resetPasswordForEmail(address()))
})

test('signUp, resend, verifyOtp signup', async () => {
  const email = address()
  const client = anon()
  good(await client.auth.signUp({ email, password: `a password of mine ${randomUUID()}` }))
  const first = sent(email)
  good(await client.auth.resend({ type: 'signup', email }))
  const second = sent(email)
  assert.notEqual(first.token, second.token)
  const { session } = good(await client.auth.verifyOtp({ email, token: second.code, type: 'signup' }))
  assert.ok(session.access_token)
})

test('admin.generateLink: user and properties apart, for each type', async () => {
  const admin = service().auth.admin
  const { email } = await member()
  for (const params of [
    { type: 'signup', email: address(), password: `a password of theirs ${randomUUID()}` },
    { type: 'invite', email: address() },
    { type: 'magiclink', email },
    { type: 'recovery', email },
    { type: 'email_change_current', email, newEmail: address() },
    { type: 'email_change_new', email, newEmail: address() },
  ]) {
    const { user, properties } = good(await admin.generateLink({ ...params, options: { redirectTo: 'http://localhost:3000/in' } }))
    assert.equal(user.email, params.email)
    assert.deepEqual(Object.keys(properties).sort(), ['action_link', 'email_otp', 'hashed_token', 'redirect_to', 'verification_type'])
    assert.equal(properties.verification_type, params.type)
    assert.equal(properties.redirect_to, 'http://localhost:3000/in')
    if (params.type === 'magiclink') {
      const { session } = good(await anon().auth.verifyOtp({ token_hash: properties.hashed_token, type: 'magiclink' }))
      assert.equal(session.user.id, user.id)
    }
  }
  const refused = await anon().auth.admin.generateLink({ type: 'magiclink', email })
  assert.ok([401, 403].includes(refused.error.status))
})

test('admin.inviteUserByEmail', async () => {
  const email = address()
  const { user } = good(await service().auth.admin.inviteUserByEmail(email, { data: { team: 'red' }, redirectTo: 'http://localhost:3000/in' }))
  assert.ok(user.invited_at)
  assert.equal(user.user_metadata.team, 'red')
  const { session } = good(await anon().auth.verifyOtp({ token_hash: sent(email).token, type: 'invite' }))
  assert.equal(session.user.id, user.id)
  assert.equal((await service().auth.admin.inviteUserByEmail(email)).error.code, 'email_exists')
})

test('a phone signs in', async () => {
  const phone = `1${String(Date.now()).slice(-10)}`
  const client = anon()
  const asked = good(await client.auth.signInWithOtp({ phone }))
  assert.match(asked.messageId, /^[0-9a-f-]{36}$/)
  const { user } = good(await client.auth.verifyOtp({ phone, token: sent(phone).code, type: 'sms' }))
  assert.equal(user.phone, phone)
})
