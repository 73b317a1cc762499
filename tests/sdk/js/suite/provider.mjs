// A real OpenID provider (npm oidc-provider) on loopback, with a will of its own: whom it signs in, whether it says no, which key it
// signs with, and what it makes of its ID tokens.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import Provider from 'oidc-provider'
import { SignJWT, decodeJwt, exportJWK, generateKeyPair, importJWK } from 'jose'

const makeKey = async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' }
}

/** Starts one; `callback` is where it may send browsers back to. */
export async function startProvider(callback, { clientId = 'howdah', clientSecret = 'hush: +%/&=' } = {}) {
  const accounts = new Map()
  // What the next requests meet; tests change it and put it back.
  const will = { account: 'alice', refuse: null, tamper: null, ttl: 3600, hits: {} }
  let key = await makeKey()
  let provider

  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname
    will.hits[path] = (will.hits[path] ?? 0) + 1
    if (path.startsWith('/interaction/')) return interact(request, response)
    return provider.callback()(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`

  async function interact(request, response) {
    const result = will.refuse
      ? { error: will.refuse, error_description: 'The user said no <b>"really"</b>' }
      : { login: { accountId: will.account, remember: false } }
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  }

  function build() {
    provider = new Provider(issuer, {
      jwks: { keys: [key] },
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      ],
      cookies: { keys: ['loopback'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
      conformIdTokenClaims: false,
      pkce: { methods: ['S256'], required: () => true },
      issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
      ttl: { AccessToken: () => will.ttl, IdToken: 3600, AuthorizationCode: 60, RefreshToken: 86400, Grant: 86400, Interaction: 600, Session: 600 },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
        grant.addOIDCScope('openid email profile offline_access')
        await grant.save()
        return grant
      },
    })
    provider.proxy = false
    provider.use(async (ctx, next) => {
      await next()
      if (ctx.path === '/token' && ctx.body?.id_token && will.tamper) ctx.body.id_token = await will.tamper(ctx.body.id_token)
    })
  }
  build()

  return {
    issuer,
    clientId,
    clientSecret,
    accounts,
    will,
    /** An ID token signed with the key in use (or another), with these claims changed; undefined takes one out. */
    async sign(claims, { with: other = key, header = {} } = {}) {
      const clean = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
      const token = new SignJWT(clean).setProtectedHeader({ alg: 'RS256', kid: other.kid, typ: 'JWT', ...header })
      return token.sign(await importJWK(other, 'RS256'))
    },
    /** Changes claims of the ID tokens that /token gives out, until called with null. */
    alter(changes) {
      will.tamper = changes && ((token) => this.sign({ ...decodeJwt(token), ...changes }))
    },
    /** A new key; the old one is published no more. */
    async rotate() {
      const old = key
      key = await makeKey()
      build()
      return old
    },
    /** A key that is nobody's. */
    strangeKey: makeKey,
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done) }),
  }
}
