// supabase-js: phone numbers, as apps use them.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { anon, sql } from './client.mjs'

const number = () => `1${String(randomInt(1e9)).padStart(10, '0')}`
const password = 'a long enough secret 1'

/** The newest code that was sent to a number. */
const code = (phone) => sql(`SELECT code FROM howdah.outbox_peek('${phone}', max => 1)`)

/** The data of an answer that must not be an error. */
const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}

const member = async () => {
  const phone = number()
  const client = anon()
  const { user, session } = good(await client.auth.signUp({ phone, password, options: { data: { nick: 'Ada' } } }))
  assert.equal(session, null)
  assert.equal(user.phone, phone)
  good(await client.auth.verifyOtp({ phone, token: code(phone), type: 'sms' }))
  return { phone, client }
}

test('signUp by phone is confirmed by a code, then signs in with the password', async () => {
  const phone = number()
  const client = anon()
  good(await client.auth.signUp({ phone: `+${phone}`, password }))
  const early = await client.auth.signInWithPassword({ phone, password })
  assert.equal(early.error.code, 'phone_not_confirmed')
  const first = code(phone)
  good(await client.auth.resend({ type: 'sms', phone }))
  const { session } = good(await client.auth.verifyOtp({ phone, token: code(phone), type: 'sms' }))
  assert.ok(session.user.phone_confirmed_at)
  const used = await anon().auth.verifyOtp({ phone, token: first, type: 'sms' })
  assert.equal(used.error.code, 'otp_expired')
  const again = good(await anon().auth.signInWithPassword({ phone, password }))
  assert.equal(again.user.id, session.user.id)
})

test('updateUser changes the number once the new one is proven', async () => {
  const { phone, client } = await member()
  const wanted = number()
  const { user } = good(await client.auth.updateUser({ phone: wanted }))
  assert.equal(user.phone, phone)
  assert.equal(user.new_phone, wanted)
  good(await client.auth.verifyOtp({ phone: wanted, token: code(wanted), type: 'phone_change' }))
  assert.equal((await client.auth.getUser()).data.user.phone, wanted)
  assert.equal((await anon().auth.signInWithPassword({ phone, password })).error.code, 'invalid_credentials')
  good(await anon().auth.signInWithPassword({ phone: wanted, password }))
})

test('what is to go by whatsapp is refused where it cannot, and not sent otherwise', async () => {
  const phone = number()
  const asked = await anon().auth.signInWithOtp({ phone, options: { channel: 'whatsapp' } })
  assert.equal(asked.error.status, 400)
  assert.equal(asked.error.code, 'validation_failed')
  const up = await anon().auth.signUp({ phone, password, options: { channel: 'whatsapp' } })
  assert.equal(up.error.code, 'validation_failed')
  assert.equal(sql(`SELECT count(*) FROM howdah.outbox_entries WHERE recipient = '${phone}'`), '0')
})
