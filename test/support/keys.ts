import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { assert } from '../../shared/errors.ts'
import { type Keyring, type Keys, parseKeys, type SecretSigningKey } from '../../shared/keys.ts'

/** A secret that is committed, so that vectors can be. It protects nothing. */
export const testSecret = readFileSync(new URL('../vectors/secret.json', import.meta.url), 'utf8')

const { signing, mac } = parseKeys(testSecret)
assert(signing.kind === 'secret', 'the private key is committed')

/** The keys in it. */
export const testKeys: Keys & { readonly signing: SecretSigningKey } = { signing, mac }

/** A keyring that always has them. */
export const testKeyring: Keyring = { current: async () => testKeys }

/** The public half of its signing key, as CloudFront would hold it. */
export const testKeyGroup: ReadonlyMap<string, KeyObject> = new Map([
  [testKeys.signing.keyPairId, createPublicKey(testKeys.signing.privateKey)],
])
