// Sign-in by a real OpenID provider, driven as a browser would: the courier fetches while the request waits (docs/adr/0005-waiting.md).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { Browser } from './browser.mjs'
import { sql } from './client.mjs'
import { startProvider } from './provider.mjs'

const url = process.env.HOWDAH_URL
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const callback = `${url}/auth/v1/callback`
const app = `https://app-${randomUUID().slice(0, 8)}.example/welcome`
const quoted = (value) => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`)

/** Adds words to a setting that is a list, once, whoever else is doing so. */
const add = (get, set, key, word) =>
  sql(`DO $$ DECLARE v text; BEGIN
    PERFORM pg_advisory_xact_lock(4712);
    v := coalesce(${get}(${quoted(key)}), '');
    IF NOT ${quoted(word)} = ANY (regexp_split_to_array(v, '\\s*,\\s*')) THEN
      PERFORM ${set}(${quoted(key)}, concat_ws(',', nullif(v, ''), ${quoted(word)}));
    END IF; END $$`)

const client = () => {
  const kept = new Map()
  return createClient(url, process.env.HOWDAH_ANON_KEY, {
    auth: {
      flowType: 'pkce',
      autoRefreshToken: false,
      detectSessionInUrl: false,
      persistSession: true,
      storage: { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), removeItem: (k) => void kept.delete(k) },
    },
  })
}

/** A new user at the provider; what the provider says of him. */
const person = (idp, claims = {}) => {
  const id = `p-${randomUUID()}`
  const email = `${id}@idp.example`
  idp.accounts.set(id, { email, email_verified: true, name: `Name of ${id}`, ...claims })
  idp.will.account = id
  return { id, email }
}

/** Where the app's address got the browser, with what. */
const arrived = (url) => {
  const at = new URL(url)
  return { query: Object.fromEntries(at.searchParams), fragment: Object.fromEntries(new URLSearchParams(at.hash.slice(1))) }
}
const atApp = (url) => url.startsWith(app)
const atCallback = (url) => url.startsWith(callback)

describe('a real OpenID provider', { concurrency: false }, () => {
  let idp, other, name, otherName

  let limits

  before(async () => {
    // One address signs in a hundred times here.
    limits = sql("SELECT coalesce(json_agg(json_build_array(name, count)), '[]') FROM auth.rate_limits WHERE rule IN ('provider', 'signin', 'token')")
    sql("UPDATE auth.rate_limits SET count = 0 WHERE rule IN ('provider', 'signin', 'token')")
    add('howdah.get', 'howdah.set', 'courier.allowed_hosts', '127.0.0.1:*')
    add('auth.get', 'auth.set', 'uri_allow_list', app)
    sql(`SELECT auth.set('api_external_url', ${quoted(url)}) WHERE auth.get('api_external_url') IN ('', ${quoted(url)})`)
    sql(`SELECT auth.set('site_url', 'http://localhost:3000') WHERE auth.get('site_url') = ''`)
    idp = await startProvider(callback)
    other = await startProvider(callback, { clientId: 'howdah-too', clientSecret: 'other secret' })
    name = `idp${randomUUID().slice(0, 8)}`
    otherName = `idp${randomUUID().slice(0, 8)}`
    for (const [known, provider] of [[name, idp], [otherName, other]]) {
      sql(`SELECT auth.set_provider(name := ${quoted(known)}, kind := 'oidc', client_id := ${quoted(provider.clientId)},
             secret := ${quoted(provider.clientSecret)}, issuer := ${quoted(provider.issuer)})`)
    }
  })
  after(async () => {
    for (const [rule, count] of JSON.parse(limits)) sql(`UPDATE auth.rate_limits SET count = ${count} WHERE name = ${quoted(rule)}`)
    sql(`SELECT auth.remove_provider(p) FROM unnest(ARRAY[${quoted(name)}, ${quoted(otherName)}]) AS p`)
    await Promise.all([idp?.stop(), other?.stop()])
  })

  /** A client and where it sends its browser. */
  const begin = async (provider = name) => {
    const supabase = client()
    const { data, error } = await supabase.auth.signInWithOAuth({ provider, options: { redirectTo: app, skipBrowserRedirect: true } })
    assert.equal(error, null)
    return { supabase, start: data.url, browser: new Browser() }
  }
  /** As far as the callback, which is not asked yet. */
  const upToCallback = async (provider = name) => {
    const flow = await begin(provider)
    const { url: there } = await flow.browser.follow(flow.start, atCallback)
    assert.ok(there, flow.browser.trail.map((t) => `${t.status} ${t.url}`).join('\n'))
    assert.ok(atCallback(there), there)
    return { ...flow, callback: there, state: new URL(there).searchParams.get('state'), code: new URL(there).searchParams.get('code') }
  }
  const signIn = async (provider = name) => {
    const flow = await begin(provider)
    const end = await flow.browser.follow(flow.start, atApp)
    assert.ok(atApp(end.url), `${end.url}\n${end.text}`)
    const { query } = arrived(end.url)
    assert.ok(query.code, end.url)
    const { data, error } = await flow.supabase.auth.exchangeCodeForSession(query.code)
    assert.equal(error, null)
    return { ...flow, ...data, code: query.code }
  }
  /** A callback that must not sign anybody in. */
  const refused = async (browser, there, why) => {
    const sessions = () => sql('SELECT count(*) FROM auth.flow_state WHERE auth_code IS NOT NULL')
    const before = sessions()
    // To the app, or, when whose flow it is cannot be known, to the site.
    const away = (at) => ![url, idp.issuer, other.issuer].some((near) => at.startsWith(near))
    const end = await browser.follow(there, away)
    const { query, fragment } = away(end.url) ? arrived(end.url) : { query: {}, fragment: {} }
    assert.equal(query.code, undefined, `${why}: ${end.url}`)
    assert.equal(fragment.access_token, undefined, `${why}: ${end.url}`)
    if (end.answer) assert.ok(end.answer.status >= 400 && end.answer.status < 500, `${why}: ${end.answer.status} ${end.text}`)
    else assert.ok(query.error ?? fragment.error, `${why}: ${end.url}`)
    assert.equal(end.answer?.headers.get('howdah-wait') ?? null, null)
    assert.ok(Number(sessions()) <= Number(before), why)
    return { ...fragment, ...query }
  }

  test('a browser signs in, and the app gets a session and the provider’s tokens', async () => {
    const { id, email } = person(idp)
    const { user, session, browser } = await signIn()
    assert.equal(user.email, email)
    assert.equal(user.app_metadata.provider, name)
    assert.equal(user.identities[0].id, id)
    assert.equal(user.user_metadata.name, `Name of ${id}`)
    const me = await fetch(`${idp.issuer}/me`, { headers: { authorization: `Bearer ${session.provider_token}` } })
    assert.equal((await me.json()).sub, id)
    // Nothing secret is in a URL that went through the browser, nor in what was kept.
    const urls = browser.trail.map((step) => step.location ?? '').join('\n')
    for (const secret of [session.access_token, session.refresh_token, session.provider_token, idp.clientSecret]) assert.ok(!urls.includes(secret))
    const kept = sql(`SELECT string_agg(t, ' ') FROM (SELECT f::text AS t FROM auth.flow_state f UNION ALL SELECT p::text FROM auth.provider_tokens p
      UNION ALL SELECT p::text FROM auth.providers p UNION ALL SELECT o::text FROM howdah.outbox o) AS all_of_it`)
    for (const secret of [session.access_token, session.provider_token, idp.clientSecret]) assert.ok(!kept.includes(secret))
  })

  test('the same person is the same user, and keys are not fetched each time', async () => {
    person(idp)
    const first = await signIn()
    const hits = { ...idp.will.hits }
    const again = await signIn()
    assert.equal(again.user.id, first.user.id)
    assert.equal(idp.will.hits['/jwks'], hits['/jwks'])
    assert.equal(idp.will.hits['/.well-known/openid-configuration'], hits['/.well-known/openid-configuration'])
    assert.equal(idp.will.hits['/token'], hits['/token'] + 1)
  })

  test('without PKCE the tokens are in the fragment', async () => {
    const { email } = person(idp)
    const browser = new Browser()
    const end = await browser.follow(`${url}/auth/v1/authorize?${new URLSearchParams({ provider: name, redirect_to: app })}`, atApp)
    assert.ok(atApp(end.url), end.text)
    const { fragment } = arrived(end.url)
    const user = await fetch(`${url}/auth/v1/user`, {
      headers: { apikey: process.env.HOWDAH_ANON_KEY, authorization: `Bearer ${fragment.access_token}` },
    })
    assert.equal((await user.json()).email, email)
    assert.ok(fragment.provider_token)
  })

  test('a user’s token for the provider’s API is renewed when it ends, once however many ask', async () => {
    const { id } = person(idp)
    idp.will.ttl = 30
    let session
    try {
      ;({ session } = await signIn())
    } finally {
      idp.will.ttl = 3600
    }
    const hits = idp.will.hits['/token']
    const ask = () =>
      fetch(`${url}/auth/v1/user/provider_token`, {
        method: 'POST',
        headers: { apikey: process.env.HOWDAH_ANON_KEY, authorization: `Bearer ${session.access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ provider: name }),
      }).then(async (answer) => ({ status: answer.status, ...(await answer.json()) }))
    const answers = await Promise.all([ask(), ask(), ask(), ask(), ask()])
    for (const answer of answers) {
      assert.equal(answer.status, 200, JSON.stringify(answer))
      assert.equal(answer.access_token, answers[0].access_token)
      assert.notEqual(answer.access_token, session.provider_token)
    }
    assert.equal(idp.will.hits['/token'], hits + 1)
    const me = await fetch(`${idp.issuer}/me`, { headers: { authorization: `Bearer ${answers[0].access_token}` } })
    assert.equal((await me.json()).sub, id)
    assert.equal((await ask()).access_token, answers[0].access_token)
    assert.equal(idp.will.hits['/token'], hits + 1)
  })

  test('who says no is told so, and nobody is signed in', async () => {
    idp.will.refuse = 'access_denied'
    try {
      const { browser, start } = await begin()
      const said = await refused(browser, start, 'denied')
      assert.equal(said.error, 'access_denied')
      assert.match(said.error_description, /The user said no/)
    } finally {
      idp.will.refuse = null
    }
  })

  test('a code that is none, or of somebody else, signs nobody in', async () => {
    person(idp)
    const flow = await upToCallback()
    await refused(flow.browser, flow.callback.replace(flow.code, 'x'.repeat(43)), 'bad code')
    // The right one does not either, afterwards: the provider's answer has been taken.
    await refused(flow.browser, flow.callback, 'after a bad code')
  })

  const now = () => Math.floor(Date.now() / 1000)
  for (const [what, changes] of [
    ['another nonce', { nonce: 'evil' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'somebody-else' }],
    ['two audiences and no azp', { aud: ['howdah', 'somebody-else'] }],
    ['an end in the past', { exp: now() - 600 }],
    ['no end', { exp: undefined }],
    ['no subject', { sub: undefined }],
    ['issued in the future', { iat: now() + 3600, nbf: now() + 3600 }],
  ]) {
    test(`an ID token with ${what} signs nobody in`, async () => {
      person(idp)
      idp.alter(changes)
      try {
        const { browser, start } = await begin()
        await refused(browser, start, what)
      } finally {
        idp.alter(null)
      }
    })
  }

  test('an ID token signed anew, with nothing changed, is as good as the first', async () => {
    const { email } = person(idp)
    idp.alter({})
    try {
      assert.equal((await signIn()).user.email, email)
    } finally {
      idp.alter(null)
    }
  })

  test('an answer in another provider’s name is refused (RFC 9207)', async () => {
    person(idp)
    const flow = await upToCallback()
    const there = new URL(flow.callback)
    there.searchParams.set('iss', other.issuer)
    await refused(flow.browser, there.href, 'mixed up')
  })

  test('a key that is not known is looked for: the provider may change its keys', async () => {
    person(idp)
    await signIn()
    await idp.rotate()
    // At most once a minute.
    sql(`UPDATE auth.provider_documents SET asked_at = asked_at - interval '2 minutes' WHERE url LIKE ${quoted(`${idp.issuer}%`)}`)
    const hits = idp.will.hits['/jwks']
    await signIn()
    assert.equal(idp.will.hits['/jwks'], hits + 1)
    // Somebody who makes up keys makes no traffic.
    const strange = await idp.strangeKey()
    for (let n = 0; n < 5; n++) {
      const token = await idp.sign({ iss: idp.issuer, aud: idp.clientId, sub: 'x', exp: now() + 600, iat: now() }, { with: { ...strange, kid: randomUUID() } })
      const { error } = await client().auth.signInWithIdToken({ provider: name, token })
      assert.ok(error)
    }
    assert.ok(idp.will.hits['/jwks'] <= hits + 2)
  })

  test('an app that has an ID token signs in by it, once it is one', async () => {
    const { id, email } = person(idp)
    const good = { iss: idp.issuer, aud: idp.clientId, sub: id, email, email_verified: true, iat: now(), exp: now() + 600 }
    const { data, error } = await client().auth.signInWithIdToken({ provider: name, token: await idp.sign(good) })
    assert.equal(error, null)
    assert.equal(data.user.email, email)
    const strange = await idp.strangeKey()
    const whole = await idp.sign(good)
    const [head, body, signature] = whole.split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const [what, token, nonce] of [
      ['another audience', await idp.sign({ ...good, aud: 'x' })],
      ['another issuer', await idp.sign({ ...good, iss: other.issuer })],
      ['an end in the past', await idp.sign({ ...good, iat: now() - 900, exp: now() - 600 })],
      ['a nonce that was not asked for', await idp.sign({ ...good, nonce: 'n' })],
      ['a nonce of another', await idp.sign({ ...good, nonce: 'n' }), 'm'],
      ['a key of nobody', await idp.sign(good, { with: strange })],
      ['a key of nobody under a known name', await idp.sign(good, { with: { ...strange, kid: JSON.parse(Buffer.from(head, 'base64url')).kid } })],
      ['no signature', `${none}.${body}.`],
      ['half a signature', `${head}.${body}.${signature.slice(0, 40)}`],
      ['another body', `${head}.${Buffer.from(JSON.stringify({ ...good, sub: 'x' })).toString('base64url')}.${signature}`],
      ['nothing of a token', 'x'],
    ]) {
      const { data, error } = await client().auth.signInWithIdToken({ provider: name, token, ...(nonce ? { nonce } : {}) })
      assert.ok(error && error.status >= 400 && error.status < 500, `${what}: ${error?.message}`)
      assert.equal(data.session, null, what)
    }
  })

  test('twelve ways to swap browsers, states and codes sign nobody in', async () => {
    const swaps = {
      'his callback in another’s browser': async (a, b) => refused(b.browser, a.callback, 'csrf'),
      'his code under another’s state': async (a, b) => refused(b.browser, b.callback.replace(b.code, a.code), 'injected code'),
      'his state with another’s code': async (a, b) => refused(a.browser, a.callback.replace(a.code, b.code), 'injected state'),
      'another’s state and his code, in his browser': async (a, b) => refused(a.browser, a.callback.replace(a.state, b.state), 'state of another'),
      'no cookie at all': async (a) => refused(new Browser(), a.callback, 'no cookie'),
      'a cookie made up': async (a) => {
        for (const [, cookie] of a.browser.cookies('127.0.0.1')) if (cookie.line.includes('howdah')) cookie.value = 'A'.repeat(43)
        for (const [, cookie] of a.browser.cookies('localhost')) if (cookie.line.includes('howdah')) cookie.value = 'A'.repeat(43)
        return refused(a.browser, a.callback, 'cookie made up')
      },
      'the same callback a second time': async (a) => {
        const first = await a.browser.follow(a.callback, atApp)
        assert.ok(arrived(first.url).query.code, first.url)
        return refused(a.browser, a.callback, 'again')
      },
      'no state': async (a) => refused(a.browser, a.callback.replace(`state=${a.state}`, ''), 'no state'),
      'a state with another end': async (a) =>
        refused(a.browser, a.callback.replace(a.state, a.state.slice(0, -1) + (a.state.endsWith('A') ? 'B' : 'A')), 'state bent'),
      'a state of an hour ago': async (a) => {
        sql("UPDATE auth.flow_state SET expires_at = now() - interval '1 s', created_at = now() - interval '1 hour' WHERE state_hash IS NOT NULL AND finished_at IS NULL")
        return refused(a.browser, a.callback, 'late')
      },
      'a code of another provider': async (a) => {
        person(other)
        const b = await upToCallback(otherName)
        return refused(a.browser, a.callback.replace(a.code, b.code), 'code of another provider')
      },
      'a code that was used, under a new state': async (a) => {
        const first = await a.browser.follow(a.callback, atApp)
        assert.ok(arrived(first.url).query.code, first.url)
        const again = await a.browser.follow(a.start.replace(/code_challenge=[^&]*/, `code_challenge=${'c'.repeat(43)}`), atCallback)
        const state = new URL(again.url).searchParams.get('state')
        const there = new URL(a.callback)
        there.searchParams.set('state', state)
        return refused(a.browser, there.href, 'used code')
      },
    }
    assert.equal(Object.keys(swaps).length, 12)
    for (const [what, swap] of Object.entries(swaps)) {
      person(idp)
      const a = await upToCallback()
      person(idp)
      const b = await upToCallback()
      try {
        await swap(a, b)
      } catch (error) {
        error.message = `${what}: ${error.message}`
        throw error
      }
    }
  })

  test('the app’s own code is good once, for who asked for it', async () => {
    person(idp)
    const a = await begin()
    const b = await begin()
    const codeOf = async (flow) => arrived((await flow.browser.follow(flow.start, atApp)).url).query.code
    const [ofA, ofB] = [await codeOf(a), await codeOf(b)]
    const stolen = await b.supabase.auth.exchangeCodeForSession(ofA)
    assert.equal(stolen.error?.code, 'bad_code_verifier')
    const mine = await signIn()
    const again = await fetch(`${url}/auth/v1/token?grant_type=pkce`, {
      method: 'POST',
      headers: { apikey: process.env.HOWDAH_ANON_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ auth_code: mine.code, code_verifier: 'x'.repeat(43) }),
    })
    assert.ok(again.status >= 400 && again.status < 500)
    assert.ok(ofB)
  })

  test('Chromium signs in', { skip: chromium ? false : 'no Chromium' }, async () => {
    const { email } = person(idp)
    let welcomed
    const welcome = new Promise((done) => (welcomed = done))
    const page = createServer((request, response) => {
      response.setHeader('content-type', 'text/html').end('<p>welcome')
      if (request.url.startsWith('/welcome')) welcomed(new URL(request.url, 'http://localhost'))
    })
    await once(page.listen(0, 'localhost'), 'listening')
    const home = mkdtempSync(join(tmpdir(), 'chromium-'))
    const redirectTo = `http://localhost:${page.address().port}/welcome`
    add('auth.get', 'auth.set', 'uri_allow_list', redirectTo)
    const supabase = client()
    const { data } = await supabase.auth.signInWithOAuth({ provider: name, options: { redirectTo, skipBrowserRedirect: true } })
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-proxy-server', `--user-data-dir=${home}`]
    const browser = spawn(chromium, [...flags, '--dump-dom', data.url], { stdio: 'ignore' })
    const late = setTimeout(() => welcomed(new URL('late://')), 60_000)
    try {
      const there = await welcome
      assert.equal(there.protocol, 'http:', 'Chromium never arrived')
      const { data, error } = await supabase.auth.exchangeCodeForSession(there.searchParams.get('code'))
      assert.equal(error, null)
      assert.equal(data.user.email, email)
    } finally {
      clearTimeout(late)
      if (browser.exitCode === null) {
        browser.kill('SIGKILL')
        await once(browser, 'exit')
      }
      page.closeAllConnections()
      page.close()
      // A process of the browser's may still be writing there.
      try {
        rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      } catch (error) {
        if (error.code !== 'ENOTEMPTY') throw error
      }
    }
  })

  test('many browsers at once, each gets its own', async () => {
    const flows = []
    for (let n = 0; n < 8; n++) {
      const { id, email } = person(idp)
      flows.push({ id, email, ...(await upToCallback()) })
    }
    await Promise.all(
      flows.map(async (flow) => {
        const end = await flow.browser.follow(flow.callback, atApp)
        const { data, error } = await flow.supabase.auth.exchangeCodeForSession(arrived(end.url).query.code)
        assert.equal(error, null)
        assert.equal(data.user.email, flow.email)
      }),
    )
  })
})
