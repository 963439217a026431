import { generateKeyPairSync } from 'node:crypto'
import type { KeySpec } from '../ports.ts'

/** Makes a new key pair in PEM: SPKI and PKCS#8. */
export function newKeyPair(spec: KeySpec): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } =
    spec === 'RSA-2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
