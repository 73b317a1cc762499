// As much of a browser as a sign-in needs: a cookie jar and a will to be redirected. Cookies belong to a host, whatever the port.
import { request } from 'node:http'

// Not fetch(), which says of itself that it is a script (Sec-Fetch-Mode: cors) and lets nobody say otherwise.
const visit = (url, headers) =>
  new Promise((done, failed) => {
    const asked = request(url, { headers, agent: false }, (answer) => {
      const chunks = []
      answer.on('data', (chunk) => chunks.push(chunk)).on('error', failed)
      answer.on('end', () => {
        const flat = Object.entries(answer.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]))
        const body = [204, 304].includes(answer.statusCode) ? null : Buffer.concat(chunks)
        done(new Response(body, { status: answer.statusCode, headers: flat }))
      })
    })
    asked.on('error', failed).end()
  })

export class Browser {
  constructor() {
    this.jar = new Map()
    this.trail = []
  }

  cookies(host) {
    if (!this.jar.has(host)) this.jar.set(host, new Map())
    return this.jar.get(host)
  }

  async get(url, headers = {}) {
    const { hostname, pathname } = new URL(url)
    const mine = [...this.cookies(hostname)].filter(([, c]) => pathname.startsWith(c.path)).map(([name, c]) => `${name}=${c.value}`)
    const answer = await visit(url, {
      accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document',
      ...(mine.length ? { cookie: mine.join('; ') } : {}), ...headers,
    })
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(/; */)
      const at = pair.indexOf('=')
      const named = Object.fromEntries(attributes.map((a) => [a.split('=')[0].toLowerCase(), a.split('=').slice(1).join('=')]))
      const gone = named['max-age'] === '0' || (named.expires && Date.parse(named.expires) < Date.now())
      if (gone) this.cookies(hostname).delete(pair.slice(0, at))
      else this.cookies(hostname).set(pair.slice(0, at), { value: pair.slice(at + 1), path: named.path ?? '/', line })
    }
    this.trail.push({ url, status: answer.status, location: answer.headers.get('location') })
    return answer
  }

  /** Follows redirects until one leads to a URL that `there` accepts, or a page is shown. */
  async follow(url, there = () => false) {
    for (let hops = 0; hops < 20; hops++) {
      if (there(url)) return { url }
      const answer = await this.get(url)
      const to = answer.headers.get('location')
      if (answer.status < 300 || answer.status > 399 || !to) return { url, answer, text: await answer.text() }
      url = new URL(to, url).href
    }
    throw new Error(`redirected in a circle: ${this.trail.map((t) => t.url).join('\n')}`)
  }
}
