// supabase-js on queues: a worker with the service key, an app's user with what it was granted.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { anon, service, sql, user } from './client.mjs'

const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}
const worker = service().schema('queue')

/** A queue of the test's own, made anew. */
const fresh = async (queue_name, more = {}) => {
  good(await worker.rpc('drop', { queue_name }))
  good(await worker.rpc('create', { queue_name, ...more }))
}

test('a worker sends, reads, hides and deletes', async () => {
  const queue_name = 'js life'
  await fresh(queue_name)
  const id = good(await worker.rpc('send', { queue_name, msg: { order: 7 }, headers: { trace: 't' } }))
  const [message] = good(await worker.rpc('read', { queue_name, vt: 30, qty: 5 }))
  assert.deepEqual([message.msg_id, message.read_ct, message.message, message.headers], [id, 1, { order: 7 }, { trace: 't' }])
  assert.deepEqual(good(await worker.rpc('read', { queue_name })), [])
  good(await worker.rpc('set_vt', { queue_name, msg_id: id, vt: 0 }))
  const [again] = good(await worker.rpc('read', { queue_name }))
  assert.equal(again.read_ct, 2)
  assert.equal(good(await worker.rpc('delete', { queue_name, msg_id: id })), true)
  assert.equal(good(await worker.rpc('delete', { queue_name, msg_id: id })), false)
})

test('batches, pop, archive, metrics', async () => {
  const queue_name = 'js batch'
  await fresh(queue_name)
  const ids = good(await worker.rpc('send_batch', { queue_name, msgs: [{ n: 1 }, { n: 2 }, { n: 3 }] }))
  assert.equal(ids.length, 3)
  assert.deepEqual(good(await worker.rpc('pop', { queue_name })).map((m) => m.message), [{ n: 1 }])
  assert.deepEqual(good(await worker.rpc('archive', { queue_name, msg_ids: [ids[1], 999999] })), [ids[1]])
  const [standing] = good(await worker.rpc('metrics', { queue_name }))
  assert.deepEqual([standing.queue_length, standing.total_messages], [1, 3])
})

test('a user may do what was granted, and nothing else', async () => {
  const queue_name = 'js granted'
  await fresh(queue_name)
  sql("SELECT queue.grant('js granted', 'authenticated', 'send')")
  const ada = user(1).schema('queue')
  good(await ada.rpc('send', { queue_name, msg: 'from ada' }))
  const refused = await ada.rpc('read', { queue_name })
  assert.deepEqual([refused.status, refused.error?.code], [403, '42501'])
  const nobody = await anon().schema('queue').rpc('send', { queue_name, msg: 1 })
  assert.deepEqual([nobody.status, nobody.error?.code], [401, '42501'])
  assert.deepEqual(good(await worker.rpc('read', { queue_name })).map((m) => m.message), ['from ada'])
})
