// postgrest-js alone, every builder method against the schema `proof`: what a method is documented to do must come back.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { PostgrestClient } from '@supabase/postgrest-js'
import { sql } from './client.mjs'

const root = `${process.env.HOWDAH_URL}/rest/v1`
const anonKey = process.env.HOWDAH_ANON_KEY
const token = sql(`SELECT howdah.mint_token('authenticated', '{"sub":"00000000-0000-4000-8000-000000000001"}')`)
const headers = { apikey: anonKey, Authorization: `Bearer ${token}` }
const make = (more = {}) => new PostgrestClient(root, { headers, schema: 'proof', ...more })
const db = make()

/** The data of an answer that must not be an error. */
const good = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error))
  return data
}
const failed = ({ data, error }, code) => {
  assert.ok(error, JSON.stringify(data))
  assert.equal(error.code, code, JSON.stringify(error))
  return error
}
const idsOf = (rows) => rows.map((row) => row.id)
/** The ids of the ships that a filter leaves. */
const ships = async (filter) => idsOf(good(await filter(db.from('ship').select('id')).order('id')))

const clean = () => sql("DELETE FROM proof.ship WHERE name LIKE 'js %'; DELETE FROM proof.log_line WHERE batch LIKE 'js %'; DELETE FROM proof.port WHERE id >= 9000")
before(clean)
after(clean)

// ---------------------------------------------------------------- reading

test('select: all columns, some, renamed, cast, quoted', async () => {
  const [all] = good(await db.from('port').select().eq('id', 1))
  assert.deepEqual(all, { id: 1, name: 'Genova', country: 'IT', berths: 40 })
  assert.deepEqual(good(await db.from('port').select('id, name').eq('id', 2)), [{ id: 2, name: 'Bergen' }])
  assert.deepEqual(good(await db.from('port').select('town:name, room:berths::text').eq('id', 1)), [{ town: 'Genova', room: '40' }])
  assert.deepEqual(good(await db.from('ship').select('"gross tons"').eq('id', 1)), [{ 'gross tons': 4000 }])
  assert.deepEqual(good(await db.from('ship').select('tons:"gross tons"').eq('id', 1)), [{ tons: 4000 }])
})

test('json paths: in select, filter and order, with numbers and array items', async () => {
  const [row] = good(await db.from('ship').select('line:meta->>line, engine:meta->engine, power:meta->engine->power, tag:meta->tags->>1').eq('id', 1))
  assert.deepEqual(row, { line: 'north', engine: { kind: 'steam', power: 900 }, power: 900, tag: 'b' })
  assert.deepEqual(await ships((q) => q.eq('meta->engine->>kind', 'diesel')), [2, 3])
  assert.deepEqual(await ships((q) => q.gt('meta->engine->power', 500)), [1, 2])
  const byPower = good(await db.from('ship').select('id').not('meta->engine', 'is', null).order('meta->engine->power', { ascending: false }))
  assert.deepEqual(idsOf(byPower), [2, 1, 3])
})

test('eq, neq, gt, gte, lt, lte', async () => {
  assert.deepEqual(await ships((q) => q.eq('name', 'Aurora')), [1])
  assert.deepEqual(await ships((q) => q.neq('built', 1950)), [2, 3, 5])
  assert.deepEqual(await ships((q) => q.gt('built', 1975)), [3, 5])
  assert.deepEqual(await ships((q) => q.gte('built', 1975)), [2, 3, 5])
  assert.deepEqual(await ships((q) => q.lt('built', 1975)), [1])
  assert.deepEqual(await ships((q) => q.lte('built', 1975)), [1, 2])
  assert.deepEqual(await ships((q) => q.gte('sold', '2001-05-06T07:08:09Z').lte('sold', '2001-05-06T07:08:09Z')), [2])
  assert.deepEqual(await ships((q) => q.eq('gross tons', 9000)), [2])
})

test('like, ilike and their any and all forms', async () => {
  assert.deepEqual(await ships((q) => q.like('name', '%or%')), [1, 2])
  assert.deepEqual(await ships((q) => q.like('name', '%OR%')), [])
  assert.deepEqual(await ships((q) => q.ilike('name', '%OR%')), [1, 2])
  assert.deepEqual(await ships((q) => q.likeAllOf('name', ['%or%', 'B%'])), [2])
  assert.deepEqual(await ships((q) => q.likeAnyOf('name', ['%nl%', 'B%'])), [2, 4])
  assert.deepEqual(await ships((q) => q.ilikeAllOf('name', ['%OR%', 'b%'])), [2])
  assert.deepEqual(await ships((q) => q.ilikeAnyOf('name', ['%NL%', 'b%'])), [2, 4])
})

test('regular expressions', async () => {
  assert.deepEqual(await ships((q) => q.regexMatch('name', '^[AB]')), [1, 2])
  assert.deepEqual(await ships((q) => q.regexMatch('name', '^[ab]')), [])
  assert.deepEqual(await ships((q) => q.regexIMatch('name', '^[ab]')), [1, 2])
})

test('is and isDistinct', async () => {
  assert.deepEqual(await ships((q) => q.is('built', null)), [4])
  assert.deepEqual(await ships((q) => q.not('built', 'is', null)), [1, 2, 3, 5])
  assert.deepEqual(await ships((q) => q.isDistinct('built', 1950)), [2, 3, 4, 5])
  assert.deepEqual(await ships((q) => q.not('flag', 'isdistinct', 'red')), [1])
})

test('in and notIn, with reserved characters', async () => {
  assert.deepEqual(await ships((q) => q.in('id', [1, 3, 3, 99])), [1, 3])
  assert.deepEqual(await ships((q) => q.in('name', ['Éire, the (bold)', 'Dunlin'])), [4, 5])
  assert.deepEqual(await ships((q) => q.in('flag', ['red', 'green'])), [1, 2])
  assert.deepEqual(await ships((q) => q.in('id', [])), [])
  assert.deepEqual(await ships((q) => q.notIn('id', [1, 3])), [2, 4, 5])
})

test('contains, containedBy, overlaps: arrays, ranges, json', async () => {
  assert.deepEqual(await ships((q) => q.contains('cargo', ['grain'])), [1, 3])
  assert.deepEqual(await ships((q) => q.containedBy('cargo', ['grain', 'coal', 'oil'])), [1, 2, 4, 5])
  assert.deepEqual(await ships((q) => q.overlaps('cargo', ['coal', 'oil'])), [1, 2, 5])
  assert.deepEqual(await ships((q) => q.contains('draught', '[6,7)')), [2])
  assert.deepEqual(await ships((q) => q.containedBy('draught', '[0,9)')), [1, 2])
  assert.deepEqual(await ships((q) => q.overlaps('draught', '[2,6)')), [1, 2])
  assert.deepEqual(await ships((q) => q.contains('meta', { line: 'north', engine: { kind: 'steam' } })), [1])
  assert.deepEqual(await ships((q) => q.containedBy('meta', { line: 'west', more: 1 })), [5])
})

test('ranges: rangeGt, rangeGte, rangeLt, rangeLte, rangeAdjacent', async () => {
  assert.deepEqual(await ships((q) => q.rangeGt('draught', '[5,8)')), [3, 5])
  assert.deepEqual(await ships((q) => q.rangeGte('draught', '[5,8)')), [2, 3, 5])
  assert.deepEqual(await ships((q) => q.rangeLt('draught', '[9,12)')), [1, 2])
  assert.deepEqual(await ships((q) => q.rangeLte('draught', '[9,12)')), [1, 2, 3])
  assert.deepEqual(await ships((q) => q.rangeAdjacent('draught', '[8,9)')), [2, 3])
})

test('textSearch: each type, with a configuration', async () => {
  assert.deepEqual(await ships((q) => q.textSearch('log', 'ship & carries', { config: 'english' })), [1, 2])
  assert.deepEqual(await ships((q) => q.textSearch('log', "'oil' | 'fruit'")), [2, 3])
  assert.deepEqual(await ships((q) => q.textSearch('log', 'carries ships', { config: 'english', type: 'plain' })), [1, 2])
  assert.deepEqual(await ships((q) => q.textSearch('log', 'fast ship', { config: 'english', type: 'phrase' })), [2])
  assert.deepEqual(await ships((q) => q.textSearch('log', 'carries -fast', { config: 'english', type: 'websearch' })), [1])
})

test('match, not, or, filter', async () => {
  assert.deepEqual(await ships((q) => q.match({ flag: 'white', built: 1990 })), [3])
  assert.deepEqual(await ships((q) => q.not('flag', 'eq', 'white')), [1, 2])
  assert.deepEqual(await ships((q) => q.not('cargo', 'cs', '{grain}').not('id', 'in', '(4,5)')), [2])
  assert.deepEqual(await ships((q) => q.or('built.lt.1960,and(flag.eq.white,built.gt.2000),id.in.(4)')), [1, 4, 5])
  assert.deepEqual(await ships((q) => q.or('name.eq."Éire, the (bold)",cargo.cs.{oil}')), [2, 5])
  assert.deepEqual(await ships((q) => q.or('not.and(id.gt.1,id.lt.5)')), [1, 5])
  assert.deepEqual(await ships((q) => q.filter('name', 'in', '("Aurora","Dunlin")')), [1, 4])
  assert.deepEqual(await ships((q) => q.filter('meta->>line', 'not.eq', 'north')), [3, 5])
  assert.deepEqual(await ships((q) => q.eq('flag', 'white').eq('built', 1990)), [3])
})

test('values stay values', async () => {
  for (const value of ["' OR 1=1 --", '"', '\\', '(', ',', '*', '%', '🌹', 'null', '{', 'a&b=c#d+e']) {
    assert.deepEqual(await ships((q) => q.eq('name', value)), [], value)
    assert.deepEqual(await ships((q) => q.not('name', 'eq', value)), [1, 2, 3, 4, 5], value)
  }
})

test('order: directions, nulls, several columns', async () => {
  const by = async (build) => idsOf(good(await build(db.from('ship').select('id'))))
  assert.deepEqual(await by((q) => q.order('built')), [1, 2, 3, 5, 4])
  assert.deepEqual(await by((q) => q.order('built', { ascending: false })), [4, 5, 3, 2, 1])
  assert.deepEqual(await by((q) => q.order('built', { ascending: false, nullsFirst: false })), [5, 3, 2, 1, 4])
  assert.deepEqual(await by((q) => q.order('built', { nullsFirst: true })), [4, 1, 2, 3, 5])
  assert.deepEqual(await by((q) => q.order('home', { nullsFirst: false }).order('id', { ascending: false })), [1, 3, 2, 5, 4])
})

test('limit and range', async () => {
  assert.deepEqual(await ships((q) => q.limit(2)), [1, 2])
  assert.deepEqual(await ships((q) => q.range(1, 3)), [2, 3, 4])
  assert.deepEqual(await ships((q) => q.range(4, 9)), [5])
  const beyond = await db.from('ship').select('id').range(50, 60)
  assert.deepEqual([beyond.status, beyond.data], [200, []])
})

test('count and head', async () => {
  for (const count of ['exact', 'planned', 'estimated']) {
    const all = await db.from('ship').select('id', { count }).limit(2)
    assert.equal(good(all).length, 2)
    assert.equal(typeof all.count, 'number', count)
    const head = await db.from('ship').select('*', { count, head: true })
    assert.deepEqual([head.data, head.error], [null, null])
    assert.equal(typeof head.count, 'number', count)
  }
  assert.equal((await db.from('ship').select('*', { count: 'exact', head: true })).count, 5)
  assert.equal((await db.from('ship').select('*', { count: 'exact' }).eq('flag', 'white')).count, 2)
  const missing = await db.from('sheep').select('*', { count: 'exact', head: true })
  assert.equal(missing.count, null)
})

test('single and maybeSingle', async () => {
  assert.deepEqual(good(await db.from('port').select('name').eq('id', 1).single()), { name: 'Genova' })
  const none = await db.from('port').select().eq('id', 99).single()
  assert.equal(none.status, 406)
  assert.equal(failed(none, 'PGRST116').details, 'The result contains 0 rows')
  assert.equal(failed(await db.from('port').select().single(), 'PGRST116').details, 'The result contains 4 rows')
  assert.deepEqual(good(await db.from('port').select('name').eq('id', 1).maybeSingle()), { name: 'Genova' })
  assert.equal(good(await db.from('port').select().eq('id', 99).maybeSingle()), null)
  failed(await db.from('port').select().maybeSingle(), 'PGRST116')
})

test('csv', async () => {
  const text = good(await db.from('ship').select('id,name,built').in('id', [4, 5]).order('id').csv())
  assert.equal(text.trimEnd(), 'id,name,built\n4,Dunlin,\n5,"Éire, the (bold)",2005')
})

test('stripNulls', async () => {
  assert.deepEqual(good(await db.from('port').select('id,berths').eq('id', 4).stripNulls()), [{ id: 4 }])
  assert.deepEqual(good(await db.from('port').select('id,berths').eq('id', 4).stripNulls().single()), { id: 4 })
})

test('explain: text and json, with its options', async () => {
  // For those who may only: the role of this suite may while this test runs.
  sql('GRANT EXECUTE ON FUNCTION howdah.explain_plan() TO authenticated')
  try {
    const text = good(await db.from('ship').select('id').eq('id', 1).explain())
    assert.match(text, /Scan.* ship/)
    const [json] = good(await db.from('ship').select('id, port(name)').explain({ format: 'json' }))
    assert.equal(typeof json.Plan['Total Cost'], 'number')
    const run = good(await db.from('ship').select('id').explain({ format: 'json', analyze: true, verbose: true, settings: true, buffers: true, wal: true }))
    assert.equal(typeof run[0]['Execution Time'], 'number')
    assert.ok('Output' in run[0].Plan)
    const made = good(await db.from('port').update({ berths: 1 }).eq('id', 99).select().explain())
    assert.match(made, /Update on.* port/)
    assert.match(good(await db.rpc('fleet', { of_flag: 'red' }).explain()), /Scan/)
  } finally {
    sql('REVOKE EXECUTE ON FUNCTION howdah.explain_plan() FROM authenticated')
  }
  const refused = await db.from('ship').select('id').explain()
  assert.deepEqual([refused.status, refused.error.code], [406, 'PGRST107'])
})

test('geojson, where PostGIS is', async () => {
  const answer = await db.from('port').select('id').geojson()
  if (sql("SELECT to_regproc('st_asgeojson') IS NULL") === 't') {
    // As PostgREST says it: st_asgeojson() is not there.
    assert.deepEqual([answer.status, answer.error.code], [404, '42883'])
  } else {
    assert.equal(good(answer).type, 'FeatureCollection')
  }
})

test('returns and overrideTypes change types only', async () => {
  assert.deepEqual(good(await db.from('port').select('id').eq('id', 1).returns()), [{ id: 1 }])
  assert.deepEqual(good(await db.from('port').select('id').eq('id', 1).overrideTypes()), [{ id: 1 }])
})

// ---------------------------------------------------------------- embedding

test('embedding: to one, to many, through a junction, of oneself, on a view', async () => {
  const [one] = good(await db.from('ship').select('name, port(name)').eq('id', 1))
  assert.deepEqual(one, { name: 'Aurora', port: { name: 'Genova' } })
  const [many] = good(await db.from('ship').select('visit(id, port(name))').eq('id', 1).order('id', { referencedTable: 'visit' }))
  assert.deepEqual(many, { visit: [{ id: 1, port: { name: 'Bergen' } }, { id: 2, port: { name: 'Hull' } }] })
  const [bo] = good(await db.from('sailor').select('name, boss:boss_id(name), crew:sailor!sailor_boss(name)').eq('id', 1))
  assert.deepEqual(bo, { name: 'Ann', boss: null, crew: [{ name: 'Bo' }] })
  const [old] = good(await db.from('old_ship').select('name, port(country)').eq('id', 2))
  assert.deepEqual(old, { name: 'Borealis', port: { country: 'NO' } })
})

test('embedding: hints by constraint and column, and what is said without one', async () => {
  const [v] = good(await db.from('voyage').select('from:port!voyage_from(name), to:to_port(name)').eq('id', 1))
  assert.deepEqual(v, { from: { name: 'Genova' }, to: { name: 'Bergen' } })
  const vague = await db.from('voyage').select('port(name)')
  assert.equal(vague.status, 300)
  const error = failed(vague, 'PGRST201')
  assert.equal(error.details.length, 2)
  assert.match(error.hint, /^Try changing 'port' to one of the following: 'port!voyage_from', 'port!voyage_to'/)
})

test('embedding: inner, filters inside, null filters', async () => {
  const inner = good(await db.from('ship').select('id, visit!inner(id)').eq('visit.port_id', 3).order('id'))
  assert.deepEqual(inner, [{ id: 1, visit: [{ id: 2 }] }, { id: 3, visit: [{ id: 5 }] }])
  const left = good(await db.from('ship').select('id, visit(id)').eq('visit.port_id', 3).in('id', [1, 2]).order('id'))
  assert.deepEqual(left, [{ id: 1, visit: [{ id: 2 }] }, { id: 2, visit: [] }])
  assert.deepEqual(idsOf(good(await db.from('ship').select('id, visit()').is('visit', null).order('id'))), [4, 5])
  assert.deepEqual(idsOf(good(await db.from('ship').select('id, port!inner(country)').eq('port.country', 'NO').order('id'))), [2, 3])
  const or = good(await db.from('ship').select('id, visit!inner(id)').or('fee.gt.150,fee.lt.50', { referencedTable: 'visit' }).order('id'))
  assert.deepEqual(or, [{ id: 2, visit: [{ id: 3 }] }, { id: 3, visit: [{ id: 5 }] }])
})

test('embedding: order, limit and range inside; order by what is related', async () => {
  const q = () => db.from('ship').select('visit(id)').eq('id', 1)
  assert.deepEqual(good(await q().order('fee', { referencedTable: 'visit', ascending: false })), [{ visit: [{ id: 1 }, { id: 2 }] }])
  assert.deepEqual(good(await q().order('id', { referencedTable: 'visit' }).limit(1, { referencedTable: 'visit' })), [{ visit: [{ id: 1 }] }])
  assert.deepEqual(good(await q().order('id', { referencedTable: 'visit' }).range(1, 1, { referencedTable: 'visit' })), [{ visit: [{ id: 2 }] }])
  assert.deepEqual(good(await q().order('id', { foreignTable: 'visit', ascending: false }).limit(1, { foreignTable: 'visit' })), [{ visit: [{ id: 2 }] }])
  const related = good(await db.from('ship').select('id, port(name)').not('home', 'is', null).order('port(name)').order('id'))
  assert.deepEqual(idsOf(related), [2, 3, 1, 5])
})

test('spread and aggregates', async () => {
  const [flat] = good(await db.from('ship').select('name, ...port(town:name, country)').eq('id', 1))
  assert.deepEqual(flat, { name: 'Aurora', town: 'Genova', country: 'IT' })
  const [sum] = good(await db.from('visit').select('fee.sum(), n:id.count(), fee.max(), fee.min()'))
  assert.deepEqual(sum, { sum: 400.5, n: 5, max: 200, min: 20 })
  const groups = good(await db.from('ship').select('flag, count()').not('flag', 'is', null).order('flag'))
  assert.deepEqual(groups, [{ flag: 'red', count: 1 }, { flag: 'green', count: 1 }, { flag: 'white', count: 2 }])
  const [inside] = good(await db.from('ship').select('name, visit(fee.sum())').eq('id', 1))
  assert.deepEqual(inside, { name: 'Aurora', visit: [{ sum: 180.5 }] })
  const counted = good(await db.from('port').select('name, visit(count)').order('id'))
  assert.deepEqual(counted.map((p) => p.visit[0].count), [1, 2, 2, 0])
})

test('computed fields and computed relationships', async () => {
  assert.deepEqual(good(await db.from('ship').select('id, age').eq('id', 1)), [{ id: 1, age: 70 }])
  assert.deepEqual(await ships((q) => q.gt('age', 40)), [1, 2])
  assert.deepEqual(idsOf(good(await db.from('ship').select('id').not('built', 'is', null).order('age'))), [5, 3, 2, 1])
  assert.deepEqual(good(await db.from('ship').select('id, homes(name)').eq('id', 1)), [{ id: 1, homes: { name: 'Genova' } }])
  const [hull] = good(await db.from('port').select('name, guests(name)').eq('id', 3).order('name', { referencedTable: 'guests' }))
  assert.deepEqual(hull, { name: 'Hull', guests: [{ name: 'Aurora' }, { name: 'Calypso' }] })
})

// ---------------------------------------------------------------- writing

test('insert: one, several, returned or not, counted', async () => {
  const quiet = await db.from('ship').insert({ name: 'js one' })
  assert.deepEqual([quiet.status, quiet.statusText, quiet.data, quiet.error], [201, 'Created', null, null])
  const [told] = good(await db.from('ship').insert({ name: 'js two', cargo: ['a,b', '"'] }).select())
  assert.deepEqual([told.flag, told.cargo], ['white', ['a,b', '"']])
  const several = await db.from('ship').insert([{ name: 'js three' }, { name: 'js four' }], { count: 'exact' }).select('name')
  assert.deepEqual([good(several), several.count], [[{ name: 'js three' }, { name: 'js four' }], 2])
  const one = good(await db.from('ship').insert({ name: 'js five', meta: { a: [1, { b: null }] } }).select('meta').single())
  assert.deepEqual(one, { meta: { a: [1, { b: null }] } })
  const related = good(await db.from('ship').insert({ name: 'js six', home: 1 }).select('name, port(name)').single())
  assert.deepEqual(related, { name: 'js six', port: { name: 'Genova' } })
  const quoted = good(await db.from('ship').insert([{ name: 'js seven', 'gross tons': 7 }]).select('"gross tons"'))
  assert.deepEqual(quoted, [{ 'gross tons': 7 }])
  assert.deepEqual(good(await db.from('ship').insert([]).select()), [])
})

test('insert: missing columns are null, or default with defaultToNull false', async () => {
  const rows = (tag) => [{ batch: tag, n: 1 }, { batch: tag, note: 'given' }]
  const nulls = good(await db.from('log_line').insert(rows('js nulls')).select('n,note'))
  assert.deepEqual(nulls, [{ n: 1, note: null }, { n: null, note: 'given' }])
  const defaults = good(await db.from('log_line').insert(rows('js defaults'), { defaultToNull: false }).select('n,note'))
  assert.deepEqual(defaults, [{ n: 1, note: 'blank' }, { n: null, note: 'given' }])
})

test('bigint in a body is kept whole', async () => {
  const row = good(await db.from('ship').insert({ id: 9007199254740993n, name: 'js big' }).select('id::text').single())
  assert.equal(row.id, '9007199254740993')
})

test('upsert: by primary key, on another column, ignoring, with defaults, counted', async () => {
  const up = (values, options) => db.from('port').upsert(values, options)
  assert.deepEqual(good(await up({ id: 9000, name: 'js first', berths: 1 }).select('berths')), [{ berths: 1 }])
  const merged = await up({ id: 9000, name: 'js first', berths: 2 }).select('berths')
  assert.deepEqual([merged.status, good(merged)], [200, [{ berths: 2 }]])
  const other = await up({ id: 9001, name: 'js first' }, { onConflict: 'name', count: 'exact' }).select('id')
  assert.deepEqual([good(other), other.count], [[{ id: 9001 }], 1])
  assert.deepEqual(good(await up({ id: 9001, name: 'js other', berths: 9 }, { ignoreDuplicates: true }).select()), [])
  const mixed = good(await up([{ id: 9001, name: 'js first', berths: 3 }, { id: 9002, name: 'js second', berths: 4 }], { ignoreDuplicates: true }).select('id'))
  assert.deepEqual(mixed, [{ id: 9002 }])
  const several = good(await up([{ id: 9001, name: 'js a', berths: 5 }, { id: 9002, name: 'js b', berths: 6 }]).select('id,berths').order('id'))
  assert.deepEqual(several, [{ id: 9001, berths: 5 }, { id: 9002, berths: 6 }])
  const made = good(await db.from('ship').upsert([{ name: 'js up' }], { onConflict: 'name', defaultToNull: false }).select('flag,cargo'))
  assert.deepEqual(made, [{ flag: 'white', cargo: [] }])
  failed(await up({ id: 9003, name: 'js a' }), '23505')
  failed(await up({ id: 9003, name: 'js c' }, { onConflict: 'berths' }), '42P10')
})

test('update: filtered, returned, counted, of nothing', async () => {
  good(await db.from('ship').insert([{ name: 'js upd 1' }, { name: 'js upd 2' }]))
  const quiet = await db.from('ship').update({ built: 1900 }).eq('name', 'js upd 1')
  assert.deepEqual([quiet.status, quiet.data], [204, null])
  const counted = await db.from('ship').update({ built: 1901 }, { count: 'exact' }).like('name', 'js upd%').select('name, built')
  assert.deepEqual([good(counted).map((r) => r.built), counted.count], [[1901, 1901], 2])
  assert.deepEqual(good(await db.from('ship').update({ built: 1902 }).eq('name', 'js nobody').select()), [])
  const one = good(await db.from('ship').update({ flag: null, meta: null }).eq('name', 'js upd 1').select('flag,meta').single())
  assert.deepEqual(one, { flag: null, meta: null })
  failed(await db.from('ship').update({ built: 1 }).eq('name', 'js upd 1'), '23514')
  failed(await db.from('ship').update({ bilt: 1 }).eq('name', 'js upd 1'), 'PGRST204')
})

test('delete: filtered, returned, counted', async () => {
  good(await db.from('ship').insert([{ name: 'js del 1' }, { name: 'js del 2' }, { name: 'js del 3' }]))
  const quiet = await db.from('ship').delete().eq('name', 'js del 1')
  assert.deepEqual([quiet.status, quiet.data], [204, null])
  const gone = await db.from('ship').delete({ count: 'exact' }).like('name', 'js del%').select('name')
  assert.deepEqual([good(gone).length, gone.count], [2, 2])
  assert.deepEqual(good(await db.from('ship').delete().like('name', 'js del%').select()), [])
})

test('maxAffected on update, delete and rpc', async () => {
  good(await db.from('ship').insert([{ name: 'js max 1' }, { name: 'js max 2' }]))
  const two = (q) => q.like('name', 'js max%')
  failed(await two(db.from('ship').update({ built: 1950 })).maxAffected(1), 'PGRST124')
  failed(await two(db.from('ship').delete()).maxAffected(1), 'PGRST124')
  failed(await db.rpc('scuttle', { ship_name: 'js max%' }).maxAffected(1), 'PGRST124')
  assert.deepEqual(good(await two(db.from('ship').update({ built: 1950 })).maxAffected(2).select('built')), [{ built: 1950 }, { built: 1950 }])
  assert.equal(good(await db.rpc('scuttle', { ship_name: 'js max%' }).maxAffected(2)).length, 2)
})

test('rollback', async () => {
  const row = good(await db.from('port').insert({ id: 9100, name: 'js undone' }).select('id').rollback().single())
  assert.deepEqual(row, { id: 9100 })
  assert.deepEqual(good(await db.from('port').select().eq('id', 9100)), [])
  assert.equal(good(await db.from('port').delete().eq('id', 4).select().rollback()).length, 1)
  assert.equal(good(await db.from('port').select().eq('id', 4)).length, 1)
})

// ---------------------------------------------------------------- functions

test('rpc: scalars, sets, json, void; POST, GET and HEAD', async () => {
  clean()
  assert.equal(good(await db.rpc('flag_of', { ship_name: 'Aurora' })), 'red')
  assert.equal(good(await db.rpc('flag_of', { ship_name: 'Aurora' }, { get: true })), 'red')
  assert.equal(good(await db.rpc('ring')), 'dong')
  assert.equal(good(await db.rpc('ring', { times: 2 }, { get: true })), 'dongdong')
  assert.equal(good(await db.rpc('add_up', { numbers: [1, 2, 3] })), 6)
  assert.equal(good(await db.rpc('add_up', { numbers: [1, 2, 3] }, { get: true })), 6)
  assert.deepEqual(good(await db.rpc('echo', { body: { a: [1, null] } })), { a: [1, null] })
  const nothing = await db.rpc('nothing')
  assert.deepEqual([nothing.status, nothing.data, nothing.error], [204, null, null])
  const head = await db.rpc('fleet', { of_flag: 'white' }, { head: true, count: 'exact' })
  assert.deepEqual([head.data, head.error, head.count], [null, null, 2])
  const counted = await db.rpc('fleet', { of_flag: 'white' }, { count: 'exact' })
  assert.deepEqual([good(counted).length, counted.count], [2, 2])
})

test('rpc: filters, order, ranges, select, embeds, single on a set', async () => {
  clean()
  const white = (options) => db.rpc('fleet', { of_flag: 'white' }, options)
  assert.deepEqual(good(await white().select('id').order('id', { ascending: false })), [{ id: 5 }, { id: 3 }])
  assert.deepEqual(good(await white({ get: true }).select('id').gt('built', 2000)), [{ id: 5 }])
  assert.deepEqual(good(await white().select('id').order('id').range(1, 1)), [{ id: 5 }])
  assert.deepEqual(good(await white().select('name, port(name)').eq('id', 3).single()), { name: 'Calypso', port: { name: 'Bergen' } })
  assert.equal(good(await white().eq('id', 99).maybeSingle()), null)
  assert.equal(good(await white().select('id').order('id').csv()).trimEnd(), 'id\n3\n5')
})

test('rpc: what is not there, and what fails inside', async () => {
  const missing = await db.rpc('flet', { of_flag: 'red' })
  assert.equal(missing.status, 404)
  assert.equal(failed(missing, 'PGRST202').hint, 'Perhaps you meant to call the function proof.fleet')
  const argument = failed(await db.rpc('add_up', { number: [1] }), 'PGRST202')
  assert.equal(argument.hint, 'Perhaps you meant to call the function proof.add_up(numbers)')
  const raised = await db.rpc('raises', { state: 'P0001', message: 'no' })
  const error = failed(raised, 'P0001')
  assert.deepEqual([raised.status, error.message, error.details, error.hint], [400, 'no', 'the detail', 'the hint'])
})

// ---------------------------------------------------------------- the rest of the client

test('schema() chooses another schema; one that is not exposed is refused', async () => {
  assert.equal(good(await db.schema('read').from('item').select('id').eq('id', 1)).length, 1)
  assert.equal(good(await db.schema('rpc').rpc('add', { a: 1, b: 2 })), 3)
  const refused = await db.schema('howdah_private').from('x').select()
  assert.equal(refused.status, 406)
  failed(refused, 'PGRST106')
  // Without a schema the first one answers.
  assert.ok(good(await new PostgrestClient(root, { headers }).from('book').select('title').limit(1)).length)
})

test('throwOnError', async () => {
  await assert.rejects(async () => db.from('sheep').select().throwOnError(), { name: 'PostgrestError', code: 'PGRST205' })
  await assert.rejects(async () => db.from('port').select().eq('id', 99).single().throwOnError(), { code: 'PGRST116' })
  assert.deepEqual((await db.from('port').select('id').eq('id', 1).throwOnError()).data, [{ id: 1 }])
})

test('abortSignal', async () => {
  const begin = Date.now()
  const { error, data } = await db.rpc('slowly').abortSignal(AbortSignal.timeout(200))
  assert.equal(data, null)
  assert.match(error.message, /Abort|Timeout/)
  assert.ok(Date.now() - begin < 2000)
})

test('setHeader, a fetch of one’s own, and headers that are not shared between requests', async () => {
  const seen = []
  const own = make({ fetch: (url, init) => (seen.push(init), fetch(url, init)) })
  good(await own.from('port').select('id').setHeader('X-Request-Id', 'js-suite'))
  assert.equal(seen[0].headers.get('x-request-id'), 'js-suite')
  good(await own.from('port').select('id').eq('id', 1).single())
  assert.equal(good(await own.from('port').select('id').lt('id', 100)).length, 4)
  assert.equal(seen[2].headers.get('accept'), null)
})

test('errors: table, column, syntax, type, privilege', async () => {
  const table = failed(await db.from('sheep').select(), 'PGRST205')
  assert.equal(table.message, "Could not find the table 'proof.sheep' in the schema cache")
  assert.equal(failed(await db.from('ship').select('nome'), '42703').message, 'column ship.nome does not exist')
  failed(await db.from('ship').select('id, hold(id)'), 'PGRST200')
  failed(await db.from('ship').select('id').filter('id', 'equals', 1), 'PGRST100')
  failed(await db.from('ship').select('id').eq('id', 'x'), '22P02')
  const denied = await db.from('hold').select()
  assert.deepEqual([denied.status, failed(denied, '42501').message], [403, 'permission denied for table hold'])
  const visitor = new PostgrestClient(root, { headers: { apikey: anonKey }, schema: 'proof' })
  assert.equal((await visitor.from('port').insert({ id: 9999, name: 'js no' })).status, 401)
})
