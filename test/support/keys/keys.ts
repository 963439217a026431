import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Keyring, type Keys, parseKeys } from '../../../shared/secrets/keys.ts'

/** A committed secret, so that test vectors can be committed. It protects nothing. */
export const testSecret = readFileSync(new URL('../../vectors/secret.json', import.meta.url), 'utf8')

/** The keys in the test secret. */
export const testKeys: Keys = parseKeys(testSecret)

/** A keyring that always returns the test keys. */
export const testKeyring: Keyring = { current: async () => testKeys }

/** The public key of the test signing key, as CloudFront's key group has it. */
export const testKeyGroup: ReadonlyMap<string, KeyObject> = new Map([
  [testKeys.signing.keyPairId, createPublicKey(testKeys.signing.privateKey)],
])
