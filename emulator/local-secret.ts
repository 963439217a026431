import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseKeys } from '../shared/secrets/keys.ts'
import { readPrivateFile } from './private-files.ts'

/**
 * Makes new keys: the secret of an emulated deployment, and the key group of its CloudFront, public keys by id. With the folder `data`, keeps them in a file that only its owner may read, and reuses them; throws if others may.
 */
export function localSecret(data?: string) {
  const text = data === undefined ? newSecret() : readPrivateFile(join(data, 'secret.json'), newSecret)
  const { signing } = parseKeys(text)
  return { text, publicKeys: new Map([[signing.keyPairId, createPublicKey(signing.privateKey)]]) }
}

function newSecret(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return JSON.stringify({
    signing: { keyPairId: 'KLOCAL', privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) },
    mac: { current: 1, slots: { 1: randomBytes(32).toString('base64') } },
  })
}
