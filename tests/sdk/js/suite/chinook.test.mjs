// supabase-js on the Chinook data, under the tests' policies.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { anon, hasChinook, holder, sql } from './client.mjs'

const skip = hasChinook() ? false : 'no Chinook data'
const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}

test('the catalogue is for everybody', { skip }, async () => {
  const db = anon().schema('chinook')
  const { count } = await db.from('track').select('*', { count: 'exact', head: true })
  assert.equal(count, 3503)
  const album = good(await db.from('album').select('title, artist(name), track(name, media_type(name))').eq('album_id', 1).order('track_id', { referencedTable: 'track' }).limit(1, { referencedTable: 'track' }).single())
  assert.equal(album.artist.name, 'AC/DC')
  assert.equal(album.track[0].media_type.name, 'MPEG audio file')
  const metal = good(await db.from('track').select('name, genre!inner(name)').eq('genre.name', 'Metal').gt('milliseconds', 600000).order('milliseconds', { ascending: false }))
  assert.equal(String(metal.length), sql("SELECT count(*) FROM chinook.track JOIN chinook.genre USING (genre_id) WHERE genre.name = 'Metal' AND milliseconds > 600000"))
  const lists = good(await db.from('playlist').select('name, track(track_id)').eq('playlist_id', 16))
  assert.equal(lists[0].track.length, 15)
})

test('a customer sees its own invoices', { skip }, async () => {
  const db = holder({ customer_id: 5 }).schema('chinook')
  const invoices = good(await db.from('invoice').select('invoice_id, customer_id, total').order('invoice_date', { ascending: false }))
  assert.equal(String(invoices.length), sql('SELECT count(*) FROM chinook.invoice WHERE customer_id = 5'))
  assert.ok(invoices.every((i) => i.customer_id === 5))
  assert.deepEqual(good(await db.from('customer').select('customer_id')), [{ customer_id: 5 }])
  assert.equal(String(good(await db.rpc('spent', { customer: 5 }))), sql('SELECT sum(total)::float8 FROM chinook.invoice WHERE customer_id = 5'))
  assert.equal(good(await db.rpc('spent', { customer: 6 })), 0)
  assert.equal((await anon().schema('chinook').from('invoice').select()).error.code, '42501')
})

test("an employee sees its customers' invoices", { skip }, async () => {
  const db = holder({ employee_id: 5 }).schema('chinook')
  const customers = good(await db.from('customer').select('customer_id, invoice(invoice_id)'))
  assert.equal(String(customers.length), sql('SELECT count(*) FROM chinook.customer WHERE support_rep_id = 5'))
  assert.equal(
    String(customers.reduce((sum, c) => sum + c.invoice.length, 0)),
    sql('SELECT count(*) FROM chinook.invoice JOIN chinook.customer USING (customer_id) WHERE support_rep_id = 5'),
  )
})

test('an employee writes for its customers only', { skip }, async () => {
  const db = holder({ employee_id: 5 }).schema('chinook')
  const row = (customer_id) => ({ customer_id, invoice_date: '2026-01-01', total: 0.99 })
  const made = good(await db.from('invoice').insert(row(2)).select('invoice_id').single())
  const changed = good(await db.from('invoice').update({ total: 1.98 }).eq('invoice_id', made.invoice_id).select('total').single())
  assert.deepEqual(changed, { total: 1.98 })
  assert.equal((await db.from('invoice').insert(row(1))).error.code, '42501')
  const gone = good(await db.from('invoice').delete().eq('invoice_id', made.invoice_id).select('invoice_id'))
  assert.deepEqual(gone, [made])
})
