// A software authenticator (WebAuthn, ES256, attestation "none") and the app that shows TOTP codes, for Node.
import { createHash, createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'

const sha256 = (data) => createHash('sha256').update(data).digest()
const bytes = (buffer) => Buffer.from(buffer)

/** One device with the passkeys that were made on it; `navigator.credentials` of a browser at this origin. */
export class Authenticator {
  constructor(origin, { counts = true } = {}) {
    this.origin = origin
    this.keys = new Map()
    this.counts = counts
  }

  credentials() {
    return { create: (options) => this.create(options.publicKey), get: (options) => this.get(options.publicKey) }
  }

  async create(options) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const id = randomBytes(32)
    const key = { id, privateKey, rpId: options.rp.id, user: bytes(options.user.id), count: 0 }
    this.keys.set(id.toString('base64url'), key)
    const { x, y } = publicKey.export({ format: 'jwk' })
    const cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url'),
    ])
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, 32]), id, cose])
    const data = Buffer.concat([this.data(key, 0x40), attested])
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'), Buffer.from([data.length]), data,
    ])
    return this.credential(key, { clientDataJSON: this.clientData('webauthn.create', options), attestationObject })
  }

  async get(options) {
    const allowed = (options.allowCredentials ?? []).map(({ id }) => bytes(id).toString('base64url'))
    const key = [...this.keys.values()].find(
      ({ id, rpId }) => rpId === options.rpId && (!allowed.length || allowed.includes(id.toString('base64url'))),
    )
    if (!key) throw new DOMException('no such passkey', 'NotAllowedError')
    const clientDataJSON = this.clientData('webauthn.get', options)
    const authenticatorData = this.data(key, 0)
    const signature = createSign('sha256').update(Buffer.concat([authenticatorData, sha256(clientDataJSON)])).sign(key.privateKey)
    return this.credential(key, { clientDataJSON, authenticatorData, signature, userHandle: key.user })
  }

  clientData(type, { challenge }) {
    return Buffer.from(JSON.stringify({ type, challenge: bytes(challenge).toString('base64url'), origin: this.origin, crossOrigin: false }))
  }

  data(key, more) {
    if (this.counts) key.count += 1
    const head = Buffer.alloc(5)
    head[0] = 0x05 | more // present and verified
    head.writeUInt32BE(key.count, 1)
    return Buffer.concat([sha256(key.rpId), head])
  }

  credential(key, response) {
    const id = key.id.toString('base64url')
    const made = new globalThis.PublicKeyCredential()
    return Object.assign(made, {
      id, rawId: key.id, type: 'public-key', authenticatorAttachment: 'platform', response, getClientExtensionResults: () => ({}),
    })
  }
}

/** What an authenticator app shows `steps` after the present 30 seconds. */
export const totp = (secret, steps = 0) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps))
  const hash = createHmac('sha1', key).update(counter).digest()
  const at = hash[19] & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0')
}
