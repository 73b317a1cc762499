// supabase-js as an app uses it to sign users up and in, and what it tells the app about it.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { sql } from './client.mjs'

const PASSWORD = 'correct horse battery 7'
const NEXT = 'staple the next horse 8'
const address = () => `js-${randomUUID()}@tests.example.com`

/** A client of its own, with a store of its own, that notes the events that an app would get. */
const client = (options = {}) => {
  const kept = new Map()
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
  const made = createClient(process.env.HOWDAH_URL, process.env.HOWDAH_ANON_KEY, {
    auth: { storage, persistSession: true, autoRefreshToken: false, ...options },
  })
  made.events = []
  made.auth.onAuthStateChange((event) => void made.events.push(event))
  return made
}

const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}
const confirm = (email) => sql(`UPDATE auth.users SET email_confirmed_at = now() WHERE email = '${email}'`)

/** A confirmed user, signed in. */
const signedIn = async () => {
  const app = client()
  const email = address()
  good(await app.auth.signUp({ email, password: PASSWORD }))
  confirm(email)
  const { user, session } = good(await app.auth.signInWithPassword({ email, password: PASSWORD }))
  return { app, email, user, session }
}

test('signUp makes a user without a session until he is confirmed', async () => {
  const app = client()
  const email = address()
  const { user, session } = good(
    await app.auth.signUp({ email, password: PASSWORD, options: { data: { name: 'N' }, emailRedirectTo: 'https://elsewhere.example' } }),
  )
  assert.equal(session, null)
  assert.equal(user.email, email)
  assert.equal(user.user_metadata.name, 'N')
  assert.equal(user.identities.length, 1)
  assert.equal(user.identities[0].provider, 'email')
  const early = await app.auth.signInWithPassword({ email, password: PASSWORD })
  assert.equal(early.error.code, 'email_not_confirmed')
  assert.equal(early.error.status, 400)
  confirm(email)
  const later = good(await app.auth.signInWithPassword({ email, password: PASSWORD }))
  assert.equal(later.user.id, user.id)
  assert.equal(later.session.token_type, 'bearer')
})

test('signUp with PKCE sends its challenge along', async () => {
  const app = client({ flowType: 'pkce' })
  const email = address()
  const { user } = good(await app.auth.signUp({ email, password: PASSWORD }))
  assert.equal(sql(`SELECT count(*) FROM auth.flow_state WHERE user_id = '${user.id}'`), '1')
})

test('signUp for an address that has an account is like any other', async () => {
  const { email, user } = await signedIn()
  const again = good(await client().auth.signUp({ email, password: NEXT }))
  assert.equal(again.session, null)
  assert.notEqual(again.user.id, user.id)
  assert.equal(again.user.email, email)
  good(await client().auth.signInWithPassword({ email, password: PASSWORD }))
})

test('errors carry code, status and message', async () => {
  const app = client()
  const wrong = await app.auth.signInWithPassword({ email: address(), password: PASSWORD })
  assert.equal(wrong.data.session, null)
  assert.equal(wrong.error.name, 'AuthApiError')
  assert.deepEqual([wrong.error.code, wrong.error.status, wrong.error.message], ['invalid_credentials', 400, 'Invalid login credentials'])
  const weak = await app.auth.signUp({ email: address(), password: 'short' })
  assert.equal(weak.error.name, 'AuthWeakPasswordError')
  assert.equal(weak.error.status, 422)
  assert.ok(weak.error.reasons.includes('length'))
  const nobody = await app.auth.signInAnonymously()
  assert.deepEqual([nobody.error.code, nobody.error.status], ['anonymous_provider_disabled', 422])
  const form = await app.auth.signUp({ email: 'no address', password: PASSWORD })
  assert.deepEqual([form.error.code, form.error.status], ['validation_failed', 400])
})

test('getUser asks, getClaims reads the token with the published key', async () => {
  const { app, user } = await signedIn()
  assert.equal(good(await app.auth.getUser()).user.id, user.id)
  const { claims, header } = good(await app.auth.getClaims())
  assert.equal(claims.sub, user.id)
  assert.equal(header.alg, 'ES256')
})

test('a row of the app is seen under the policies of who signed in', async () => {
  const { app, user } = await signedIn()
  const { data } = await app.auth.getSession()
  assert.equal(data.session.user.id, user.id)
  const seen = await app.from('author').select('id').limit(1)
  assert.equal(seen.error, null, JSON.stringify(seen.error))
})

test('updateUser changes metadata and tells the app', async () => {
  const { app } = await signedIn()
  const { user } = good(await app.auth.updateUser({ data: { theme: 'dark' } }))
  assert.equal(user.user_metadata.theme, 'dark')
  assert.ok(app.events.includes('USER_UPDATED'), app.events.join())
  assert.equal(good(await app.auth.getUser()).user.user_metadata.theme, 'dark')
})

test('updateUser with a new password ends the other sessions', async () => {
  const { app, email } = await signedIn()
  const other = client()
  good(await other.auth.signInWithPassword({ email, password: PASSWORD }))
  assert.equal((await app.auth.updateUser({ password: PASSWORD })).error.code, 'same_password')
  good(await app.auth.updateUser({ password: NEXT }))
  good(await app.auth.getUser())
  const ended = await other.auth.getUser()
  assert.equal(ended.error.name, 'AuthSessionMissingError')
  assert.equal((await other.auth.refreshSession()).data.session, null)
  assert.equal((await client().auth.signInWithPassword({ email, password: PASSWORD })).error.code, 'invalid_credentials')
  good(await client().auth.signInWithPassword({ email, password: NEXT }))
})

test('updateUser with a new address waits for its confirmation', async () => {
  const { app, email } = await signedIn()
  const wanted = address()
  const { user } = good(await app.auth.updateUser({ email: wanted }, { emailRedirectTo: 'https://elsewhere.example' }))
  assert.deepEqual([user.email, user.new_email], [email, wanted])
  const taken = await signedIn()
  assert.equal((await app.auth.updateUser({ email: taken.email })).error.code, 'email_exists')
})

test('reauthenticate sends a nonce', async () => {
  const { app, user } = await signedIn()
  good(await app.auth.reauthenticate())
  assert.equal(sql(`SELECT count(*) FROM auth.one_time_tokens WHERE user_id = '${user.id}' AND token_type = 'reauthentication_token'`), '1')
})

test('signOut ends the session at once and tells the app', async () => {
  const { app, session } = await signedIn()
  good({ data: {}, ...(await app.auth.signOut()) })
  assert.equal((await app.auth.getSession()).data.session, null)
  const late = await client().auth.getUser(session.access_token)
  assert.equal(late.error.name, 'AuthSessionMissingError')
  assert.deepEqual(app.events.filter((event) => event !== 'INITIAL_SESSION'), ['SIGNED_IN', 'SIGNED_OUT'])
  assert.equal(app.events[0], 'INITIAL_SESSION')
})

test('signOut of the others leaves this one', async () => {
  const { app, email } = await signedIn()
  const other = client()
  good(await other.auth.signInWithPassword({ email, password: PASSWORD }))
  good({ data: {}, ...(await app.auth.signOut({ scope: 'others' })) })
  good(await app.auth.getUser())
  assert.equal((await other.auth.getUser()).error.name, 'AuthSessionMissingError')
})
