// supabase.auth.admin.*, with the service key, as a server uses it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createClient } from '@supabase/supabase-js'

const { HOWDAH_URL, HOWDAH_ANON_KEY, HOWDAH_SERVICE_KEY } = process.env
const options = { auth: { persistSession: false, autoRefreshToken: false } }
const admin = createClient(HOWDAH_URL, HOWDAH_SERVICE_KEY, options).auth.admin
const anon = () => createClient(HOWDAH_URL, HOWDAH_ANON_KEY, options)
const address = () => `js${randomUUID()}@example.com`
const password = 'a long enough passphrase 5'

async function made(attributes = {}) {
  const { data, error } = await admin.createUser({ email: address(), email_confirm: true, ...attributes })
  assert.equal(error, null)
  return data.user
}

test('creates a user, who can sign in', async () => {
  const user = await made({ password, user_metadata: { name: 'Ada' }, app_metadata: { plan: 'pro' } })
  assert.equal(user.user_metadata.name, 'Ada')
  assert.equal(user.app_metadata.plan, 'pro')
  assert.ok(user.email_confirmed_at)
  assert.equal(user.identities.length, 1)
  const { data, error } = await anon().auth.signInWithPassword({ email: user.email, password })
  assert.equal(error, null)
  assert.equal(data.user.id, user.id)
})

test('reads and changes a user', async () => {
  const user = await made({ user_metadata: { a: 1, b: 2 } })
  const read = await admin.getUserById(user.id)
  assert.deepEqual(read.data.user, user)
  const email = address()
  const changed = await admin.updateUserById(user.id, { email, user_metadata: { b: null, c: 3 }, ban_duration: '24h' })
  assert.equal(changed.error, null)
  assert.equal(changed.data.user.email, email)
  assert.deepEqual({ ...changed.data.user.user_metadata, email_verified: undefined }, { a: 1, c: 3, email_verified: undefined })
  assert.ok(changed.data.user.banned_until)
})

test('lists users with the pages that the client reads', async () => {
  await Promise.all([made(), made(), made()])
  const { total } = (await admin.listUsers({ page: 1, perPage: 1 })).data
  assert.ok(total >= 3)
  // The client reads the first digit of a page's number: so few pages that one is all.
  const perPage = Math.ceil(total / 3)
  const { data, error } = await admin.listUsers({ page: 1, perPage })
  assert.equal(error, null)
  assert.equal(data.users.length, perPage)
  assert.equal(data.aud, 'authenticated')
  assert.ok(data.total >= total)
  assert.equal(data.nextPage, 2)
  assert.equal(data.lastPage, Math.ceil(data.total / perPage))
  const second = await admin.listUsers({ page: 2, perPage })
  const first = new Set(data.users.map((user) => user.id))
  assert.ok(second.data.users.every((user) => !first.has(user.id)))
})

test('tells errors by their codes', async () => {
  const user = await made()
  const twice = await admin.createUser({ email: user.email })
  assert.equal(twice.error.code, 'email_exists')
  assert.equal(twice.error.status, 422)
  const gone = await admin.getUserById(randomUUID())
  assert.equal(gone.error.code, 'user_not_found')
  assert.equal(gone.error.status, 404)
  const weak = await admin.createUser({ email: address(), password: 'x' })
  assert.equal(weak.error.code, 'weak_password')
  const refused = await anon().auth.admin.listUsers()
  assert.equal(refused.error.code, 'not_admin')
  assert.equal(refused.error.status, 403)
})

test('deletes users, softly and for good', async () => {
  const soft = await made()
  assert.equal((await admin.deleteUser(soft.id, true)).error, null)
  const left = (await admin.getUserById(soft.id)).data.user
  assert.ok(left.deleted_at)
  assert.notEqual(left.email, soft.email)
  assert.equal((await admin.deleteUser(soft.id)).error, null)
  assert.equal((await admin.getUserById(soft.id)).error.code, 'user_not_found')
})

test('lists factors and signs users out', async () => {
  const user = await made({ password })
  const factors = await admin.mfa.listFactors({ userId: user.id })
  assert.equal(factors.error, null)
  assert.deepEqual(factors.data.factors, [])
  const client = anon()
  const { data } = await client.auth.signInWithPassword({ email: user.email, password })
  assert.equal((await admin.signOut(data.session.access_token)).error, null)
  assert.equal((await client.auth.getUser(data.session.access_token)).error.name, 'AuthSessionMissingError')
})
