import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { assert } from '../../shared/errors.ts'
import { type Keyring, type Keys, parseKeys, type SecretSigningKey } from '../../shared/keys.ts'

/** A committed secret, so that test vectors can be committed. It protects nothing. */
export const testSecret = readFileSync(new URL('../vectors/secret.json', import.meta.url), 'utf8')

const { signing, mac } = parseKeys(testSecret)
assert(signing.kind === 'secret', 'the private key is committed')

/** The keys in the test secret. */
export const testKeys: Keys & { readonly signing: SecretSigningKey } = { signing, mac }

/** A keyring that always returns the test keys. */
export const testKeyring: Keyring = { current: async () => testKeys }

/** The public key of the test signing key, as CloudFront's key group has it. */
export const testKeyGroup: ReadonlyMap<string, KeyObject> = new Map([
  [testKeys.signing.keyPairId, createPublicKey(testKeys.signing.privateKey)],
])
