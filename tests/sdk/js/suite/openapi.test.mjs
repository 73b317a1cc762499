// A client made from /openapi.json: types by openapi-typescript, checked by tsc, used by openapi-fetch.
import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { test } from 'node:test'
import createClient from 'openapi-fetch'
import openapiTS, { astToString } from 'openapi-typescript'

const url = process.env.HOWDAH_URL
const suite = fileURLToPath(new URL('.', import.meta.url))

// What docs/API.md shows.
const PROGRAM = `
import createClient from 'openapi-fetch'
import type { components, paths } from './howdah.js'

const api = createClient<paths>({ baseUrl: '${url}', headers: { apikey: 'key' } })
type Book = Required<components['schemas']['book']>

export async function early(): Promise<Book[]> {
  const { data, error } = await api.GET('/rest/v1/book', { params: { query: { year: 'lt.1850', order: 'year' } } })
  if (error) throw new Error(error.code)
  return data as Book[]
}
`
const WRONG = `
import type { components } from './howdah.js'
export const book: components['schemas']['book-Insert'] = { title: 1 }
`

const check = (folder, name, program) => {
  writeFileSync(join(folder, name), program)
  const tsc = join(suite, '../node_modules/typescript/bin/tsc')
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']
  try {
    execFileSync(process.execPath, [tsc, ...options, join(folder, name)], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return error.stdout
  }
}

test('types are made of the description, and a program under them compiles', async () => {
  const token = { headers: { apikey: process.env.HOWDAH_SERVICE_KEY } }
  const document = await (await fetch(`${url}/openapi.json`, token)).json()
  const folder = mkdtempSync(join(suite, 'made-'))
  try {
    writeFileSync(join(folder, 'howdah.ts'), astToString(await openapiTS(document)))
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
    assert.equal(check(folder, 'program.ts', PROGRAM), '')
    const refused = check(folder, 'wrong.ts', WRONG)
    assert.match(refused, /not assignable|missing the following/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the client that the types are for reads and is refused', async () => {
  const api = createClient({ baseUrl: url, headers: { apikey: process.env.HOWDAH_ANON_KEY } })
  const { data, response } = await api.GET('/rest/v1/book', {
    params: { query: { select: 'title,year', year: 'lt.1850', order: 'year', limit: 2 } },
  })
  assert.equal(response.status, 200)
  assert.equal(data.length, 2)
  assert.deepEqual(Object.keys(data[0]), ['title', 'year'])
  const { error } = await api.GET('/rest/v1/book', { params: { query: { year: 'lt.many' } } })
  assert.equal(error.code, '22P02')
})
