// supabase-js on the lending library: what an app does.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { anon, holder, service, sql, user } from './client.mjs'

/** The data of an answer that must not be an error. */
const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}

test('select with columns, order and limit', async () => {
  const rows = good(await anon().from('book').select('title, year').order('year').order('title').limit(2))
  assert.deepEqual(rows, [
    { title: 'La Divina Commedia', year: 1472 },
    { title: 'Il Principe', year: 1532 },
  ])
})

test('select everything', async () => {
  const rows = good(await anon().from('author').select())
  assert.equal(String(rows.length), sql('SELECT count(*) FROM author'))
  assert.deepEqual(Object.keys(rows[0]), ['id', 'name', 'born', 'died'])
})

test('filters: eq, neq, gt, gte, lt, lte', async () => {
  const count = async (build) => good(await build(anon().from('author').select('id'))).length
  const wanted = (where) => Number(sql(`SELECT count(*) FROM author WHERE ${where}`))
  assert.equal(await count((q) => q.eq('born', 1882)), wanted('born = 1882'))
  assert.equal(await count((q) => q.neq('born', 1882)), wanted('born <> 1882'))
  assert.equal(await count((q) => q.gt('born', 1900)), wanted('born > 1900'))
  assert.equal(await count((q) => q.gte('born', 1900)), wanted('born >= 1900'))
  assert.equal(await count((q) => q.lt('born', 1700)), wanted('born < 1700'))
  assert.equal(await count((q) => q.lte('died', 1700)), wanted('died <= 1700'))
  assert.equal(await count((q) => q.gte('born', 1800).lt('born', 1850)), wanted('born >= 1800 AND born < 1850'))
})

test('filters: like, ilike, in, is, not, or, match, filter', async () => {
  const names = async (build) =>
    good(await build(anon().from('author').select('name')).order('name')).map((r) => r.name)
  assert.deepEqual(await names((q) => q.like('name', '%Brontë')), ['Charlotte Brontë', 'Emily Brontë'])
  assert.deepEqual(await names((q) => q.ilike('name', 'j% joyce')), ['James Joyce'])
  assert.deepEqual(await names((q) => q.in('name', ['Voltaire', 'J. R. R. Tolkien'])), ['J. R. R. Tolkien', 'Voltaire'])
  assert.deepEqual(await names((q) => q.is('born', null)), ['Alexander Hamilton'])
  assert.deepEqual(await names((q) => q.not('born', 'is', null).lt('born', 1400)), ['Dante Alighieri'])
  assert.deepEqual(await names((q) => q.or('name.eq.Voltaire,and(born.gt.1945,born.lt.1948,name.like.H*)')), ['Harold Abelson', 'Voltaire'])
  assert.deepEqual(await names((q) => q.match({ born: 1882, died: 1941 })), ['James Joyce', 'Virginia Woolf'])
  assert.deepEqual(await names((q) => q.filter('name', 'in', '("Umberto Eco","Italo Calvino")')), ['Italo Calvino', 'Umberto Eco'])
})

test('values are values', async () => {
  const rows = good(await anon().from('book').select('title').eq('title', "Tess of the d'Urbervilles"))
  assert.equal(rows.length, 1)
  for (const title of ['x"; --', "' OR 1=1", 'a,b)', '%', 'null', '🌹']) {
    assert.deepEqual(good(await anon().from('book').select('title').eq('title', title)), [])
    assert.deepEqual(good(await anon().from('book').select('title').in('title', [title])), [])
  }
})

test('embedding: many-to-many, to-one, aliases, inner, nested filters', async () => {
  const omens = good(await anon().from('book').select('title, author(name)').eq('title', 'Good Omens').order('name', { referencedTable: 'author' }).single())
  assert.deepEqual(omens, { title: 'Good Omens', author: [{ name: 'Neil Gaiman' }, { name: 'Terry Pratchett' }] })
  const eco = good(await anon().from('author').select('name, books:book!inner(title)').eq('books.title', 'Il nome della rosa'))
  assert.deepEqual(eco, [{ name: 'Umberto Eco', books: [{ title: 'Il nome della rosa' }] }])
  const through = good(await anon().from('book_author').select('position, book(title), author(name)').eq('book.title', 'The Federalist').not('book', 'is', null).order('position'))
  assert.deepEqual(through.map((r) => r.author.name), ['Alexander Hamilton', 'James Madison', 'John Jay'])
  const limited = good(await anon().from('author').select('name, book(title, year)').eq('name', 'Charles Dickens').order('year', { referencedTable: 'book' }).limit(2, { referencedTable: 'book' }).single())
  assert.deepEqual(limited.book.map((b) => b.year), [1843, 1850])
})

test('count: exact with rows, head only, with range', async () => {
  const total = Number(sql('SELECT count(*) FROM book'))
  const rows = await anon().from('book').select('id', { count: 'exact' }).range(0, 9)
  assert.equal(rows.count, total)
  assert.equal(rows.data.length, 10)
  const head = await anon().from('book').select('*', { count: 'exact', head: true })
  assert.equal(head.count, total)
  assert.equal(head.data, null)
  const planned = await anon().from('book').select('id', { count: 'planned' })
  assert.equal(typeof planned.count, 'number')
  const page = good(await anon().from('book').select('id').order('id').range(5, 7))
  assert.deepEqual(page.map((r) => r.id), [6, 7, 8])
})

test('single and maybeSingle', async () => {
  const one = await anon().from('author').select('name').eq('name', 'Voltaire').single()
  assert.deepEqual(good(one), { name: 'Voltaire' })
  const none = await anon().from('author').select('name').eq('name', 'Nobody').single()
  assert.equal(none.error.code, 'PGRST116')
  assert.equal(none.status, 406)
  const many = await anon().from('author').select('name').single()
  assert.equal(many.error.code, 'PGRST116')
  assert.equal(good(await anon().from('author').select('name').eq('name', 'Nobody').maybeSingle()), null)
  assert.deepEqual(good(await anon().from('author').select('name').eq('name', 'Voltaire').maybeSingle()), { name: 'Voltaire' })
  const two = await anon().from('author').select('name').limit(2).maybeSingle()
  assert.equal(two.error.code, 'PGRST116')
})

test('csv', async () => {
  const text = good(await anon().from('author').select('name,born').eq('name', 'Voltaire').csv())
  assert.equal(text.trim(), 'name,born\nVoltaire,1694')
})

test('rpc: post, get, sets with filters', async () => {
  const found = good(await anon().rpc('search_books', { term: 'brontë' }).select('title'))
  assert.deepEqual(found.map((b) => b.title).sort(), ['Jane Eyre', 'Villette', 'Wuthering Heights'])
  const first = good(await anon().rpc('search_books', { term: 'brontë' }, { get: true }).select('title').limit(1))
  assert.equal(first.length, 1)
  const counted = await anon().rpc('search_books', { term: 'dickens' }, { count: 'exact' })
  assert.equal(counted.count, 5)
  const missing = await anon().rpc('search_boks', { term: 'x' })
  assert.equal(missing.error.code, 'PGRST202')
  assert.equal(missing.status, 404)
})

test('policies: anon, member, staff, service', async () => {
  const refused = await anon().from('loan').select()
  assert.equal(refused.error.code, '42501')
  const ada = good(await user(1).from('loan').select('id, book(title), member(name)'))
  assert.ok(ada.length > 0)
  assert.ok(ada.every((l) => l.member.name === 'Ada' && l.book.title))
  const all = Number(sql('SELECT count(*) FROM loan'))
  const grace = holder({ sub: '00000000-0000-4000-8000-0000000000a1' })
  assert.equal(good(await grace.from('loan').select('id')).length, all)
  assert.equal(good(await service().from('loan').select('id')).length, all)
})

test('insert, update, delete, as staff', async () => {
  const grace = holder({ sub: '00000000-0000-4000-8000-0000000000a1' })
  await grace.from('author').delete().like('name', 'JS Test%')
  const made = good(await grace.from('author').insert({ name: 'JS Test One', born: 1900 }).select('name, born').single())
  assert.deepEqual(made, { name: 'JS Test One', born: 1900 })
  const quiet = await grace.from('author').insert([{ name: 'JS Test Two', born: 1901 }, { name: 'JS Test Three', born: 1902 }])
  assert.deepEqual([quiet.status, quiet.data, quiet.error], [201, null, null])
  const twice = await grace.from('author').insert({ name: 'JS Test One' })
  assert.equal(twice.status, 409)
  assert.equal(twice.error.code, '23505')
  const changed = good(await grace.from('author').update({ died: 1980 }).like('name', 'JS Test%').select('name'))
  assert.equal(changed.length, 3)
  const bad = await grace.from('author').update({ died: 1 }).eq('name', 'JS Test One')
  assert.equal(bad.error.code, '23514')
  const counted = await grace.from('author').update({ died: 1981 }, { count: 'exact' }).like('name', 'JS Test%')
  assert.deepEqual([counted.status, counted.count], [204, 3])
  const gone = good(await grace.from('author').delete().like('name', 'JS Test%').select('name'))
  assert.equal(gone.length, 3)
  assert.equal((await user(1).from('author').insert({ name: 'JS Test Four' })).error.code, '42501')
})

test('upsert: merge, ignore, on a named column', async () => {
  const grace = holder({ sub: '00000000-0000-4000-8000-0000000000a1' })
  await grace.from('author').delete().like('name', 'JS Upsert%')
  const first = good(await grace.from('author').upsert({ name: 'JS Upsert', born: 1 }, { onConflict: 'name' }).select('id, born').single())
  const second = good(await grace.from('author').upsert({ name: 'JS Upsert', born: 2 }, { onConflict: 'name' }).select('id, born').single())
  assert.deepEqual(second, { id: first.id, born: 2 })
  const ignored = good(await grace.from('author').upsert({ name: 'JS Upsert', born: 3 }, { onConflict: 'name', ignoreDuplicates: true }).select())
  assert.deepEqual(ignored, [])
  const byKey = good(await grace.from('author').upsert([{ id: first.id, name: 'JS Upsert', born: 4 }]).select('born'))
  assert.deepEqual(byKey, [{ born: 4 }])
  await grace.from('author').delete().like('name', 'JS Upsert%')
})

test('borrowing: a function that writes, with its refusals', async () => {
  const fatima = user(7)
  const book = Number(sql("SELECT id FROM book WHERE title = 'Le Petit Prince'"))
  const loan = good(await fatima.rpc('borrow', { book_id: book }))
  assert.equal(loan.book_id, book)
  const again = await fatima.rpc('borrow', { book_id: book })
  assert.equal(again.error.code, '23505')
  const back = good(await fatima.rpc('give_back', { loan_id: loan.id }))
  assert.notEqual(back.returned_on, null)
  const missing = await fatima.rpc('borrow', { book_id: -1 })
  assert.deepEqual([missing.status, missing.error.code], [404, 'PT404'])
})

test('errors carry code, message, details and hint', async () => {
  const table = await anon().from('bok').select()
  assert.equal(table.error.code, 'PGRST205')
  assert.equal(table.error.hint, "Perhaps you meant the table 'public.book'")
  const column = await anon().from('book').select('titel')
  assert.deepEqual([column.status, column.error.code], [400, '42703'])
  const relation = await anon().from('book').select('title, staff(name)')
  assert.equal(relation.error.code, 'PGRST200')
  const syntax = await anon().from('book').select('title(')
  assert.equal(syntax.error.code, 'PGRST100')
  const schema = await anon().schema('pg_catalog').from('pg_class').select()
  assert.equal(schema.error.code, 'PGRST106')
  for (const { error } of [table, column, relation, schema]) {
    assert.ok('code' in error && 'message' in error && 'details' in error && 'hint' in error)
  }
})

test('another schema by profile', async () => {
  const rows = good(await anon().schema('read').from('item').select('id').contains('tags', ['iron']).order('id'))
  assert.deepEqual(rows.map((r) => r.id), [1, 3, 6])
  const ranges = good(await anon().schema('read').from('item').select('id').overlaps('tags', ['leather']))
  assert.deepEqual(ranges, [{ id: 2 }])
  const words = good(await anon().schema('read').from('item').select('id').textSearch('words', 'anvil', { config: 'english' }))
  assert.deepEqual(words, [{ id: 1 }])
  const json = good(await anon().schema('read').from('item').select('id, colour:meta->>colour').eq('meta->>colour', 'black'))
  assert.deepEqual(json, [{ id: 1, colour: 'black' }])
  const contained = good(await anon().schema('read').from('item').select('id').containedBy('tags', ['iron', 'tool']).order('id'))
  assert.deepEqual(contained.map((r) => r.id), [1, 3, 4, 6])
})

test('rows affected are bounded when asked', async () => {
  const client = anon().schema('write')
  good(await client.from('heap').insert([{ batch: 'js', n: 1 }, { batch: 'js', n: 2 }]))
  const over = await client.from('heap').delete().eq('batch', 'js').maxAffected(1)
  assert.equal(over.error.code, 'PGRST124')
  good(await client.from('heap').delete().eq('batch', 'js').maxAffected(2))
})

test('a bad token is refused with a reason', async () => {
  const client = (await import('@supabase/supabase-js')).createClient(process.env.HOWDAH_URL, 'not.a.token', { auth: { persistSession: false } })
  const { error, status } = await client.from('book').select()
  assert.equal(status, 401)
  assert.equal(error.code, 'PGRST301')
})
