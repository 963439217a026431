import { createPrivateKey, type KeyObject } from 'node:crypto'
import { firstSuccess } from './errors.ts'
import { type KeySlot, type MacKey, macKeyOf, type MacKeys } from './nonce.ts'
import type { Clock } from './time.ts'

/** Key that signs capabilities, with CloudFront's id of the public half. */
export type SigningKey = SecretSigningKey | KmsSigningKey

/** Key in the secret: it signs at once, and can't fail. */
export interface SecretSigningKey {
  readonly kind: 'secret'
  readonly keyPairId: string
  readonly privateKey: KeyObject
}

/** Key that never leaves KMS: each signature is a call to KMS. */
export interface KmsSigningKey {
  readonly kind: 'kms'
  readonly keyPairId: string
  /** Key id, the same in each Region with a replica of the key. Never an ARN, which names one Region. */
  readonly kmsKeyId: string
  readonly kmsAlgorithm: KmsAlgorithm
}

/**
 * Algorithms with SHA-256 that both KMS and CloudFront know: P-256 in DER, RSA 2048 by PKCS #1 v1.5 (AWS, "KMS Sign").
 */
const kmsAlgorithms = ['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const

/** One of these algorithms, by its name in KMS. */
export type KmsAlgorithm = (typeof kmsAlgorithms)[number]

/** The keys in a deployment's secret. */
export interface Keys {
  readonly signing: SigningKey
  readonly mac: MacKeys
  /** Former signing key, while KMS signs: it signs for links that keep no receipt, which were issued before. */
  readonly withoutReceipt?: SecretSigningKey | undefined
}

/** Source of the current keys. */
export interface Keyring {
  /**
   * Returns the current keys. Waits for the first load, and for a load if the keys are old. Rejects if it has no keys
   * that are young enough to be used.
   */
  current(): Promise<Keys>
}

/** Age at which keys are loaded again in the background. */
const refreshAfterMs = 5 * 60_000
/**
 * Age from which a request waits for the load, in seconds. An edge that slept must not continue with keys that were retired
 * meanwhile, or a link restored from a backup could be redeemed once more.
 */
export const keysWaitSeconds = 10 * 60
const waitAfterMs = keysWaitSeconds * 1000

/** Longest load, in milliseconds: three Regions have a second each. */
const longestLoadMs = 4000

/**
 * Age from which keys are not used, in seconds, even if no Region returns the secret. A rotation relies on it when it
 * removes a key (docs/decisions/0012-rotation.md). A day is longer than outages of Regions.
 */
export const maxKeysAgeSeconds = 24 * 3600
const maxAgeMs = maxKeysAgeSeconds * 1000

/**
 * Seconds after a value is in force in every Region for which a process may still use the previous value: a keyring
 * that can't refresh uses it that long, and no longer. With a quarter of an hour for a request under way and clocks.
 */
export const forgottenSeconds = maxKeysAgeSeconds + 15 * 60

/** Returns the text of a deployment's secret, or rejects. One attempt, with its own timeout. */
export type SecretSource = () => Promise<string>

/**
 * Creates a keyring of the keys in a secret's text (see `parseKeys`). The secret is replicated: the first of `sources`
 * that returns it counts. Keys are parsed once and refreshed in the background; while refreshes fail, they stay for a
 * day.
 */
export function createKeyring(sources: readonly SecretSource[], clock: Pick<Clock, 'now'>): Keyring {
  let keys: Keys | undefined
  /** Start of the load that returned `keys`, and of the last load. */
  let loadedAt = 0
  let triedAt = 0
  let loading: Promise<Keys> | undefined
  /**
   * Loads the keys, one load at a time. A load that takes longer than any was frozen with its process: it may fail now, or
   * return keys that were replaced meanwhile. So another starts, and only the last one started may replace keys.
   */
  function load(): Promise<Keys> {
    const startedAt = clock.now()
    if (loading !== undefined && startedAt - triedAt < longestLoadMs) return loading
    triedAt = startedAt
    const started = firstText(sources)
      .then(text => {
        const loaded = parseKeys(text)
        if (loading === started) [keys, loadedAt] = [loaded, startedAt]
        return loaded
      })
      .finally(() => {
        if (loading === started) loading = undefined
      })
    loading = started
    return started
  }
  return {
    async current() {
      const now = clock.now()
      const age = now - loadedAt
      if (keys === undefined || age >= maxAgeMs) return load()
      if (age < refreshAfterMs) return keys
      const old = keys
      if (loading === undefined && now - triedAt < refreshAfterMs) return old // the last load has just failed
      const loaded = load().catch(() => old)
      return age < waitAfterMs ? old : loaded
    },
  }
}

function firstText(sources: readonly SecretSource[]): Promise<string> {
  const message = `none of ${sources.length} sources returned the secret`
  return firstSuccess(sources, source => source(), message)
}

/**
 * Parses a deployment's secret:
 * `{"signing": {"keyPairId": "K…", "privateKey": "-----BEGIN PRIVATE KEY-----…"}, "mac": {"current": 1, "slots": {"1": "<base64>"}}}`
 * with a P-256 (or RSA 2048) key in PKCS#8 PEM and one or two MAC keys of 32 bytes. Instead of the private key,
 * `signing` may name one in KMS: `"kmsKeyId": "mrk-…", "kmsAlgorithm": "ECDSA_SHA_256"`; then `withoutReceipt` may have the
 * former key, `{"keyPairId": "K…", "privateKey": "…"}`. Ignores other fields, which belong to the keys function. Throws an
 * error that repeats nothing of the secret.
 */
export function parseKeys(text: string): Keys {
  // Errors of JSON.parse and createPrivateKey may quote the secret, so neither becomes a cause.
  const parse = () => (JSON.parse(text) ?? {}) as Partial<SecretJson>
  const { signing, mac, withoutReceipt } = orThrow(parse, 'secret: not JSON')
  if (!signing || !mac?.slots) throw new Error('secret: lacks signing or mac')
  const bySlot = new Map(Object.entries(mac.slots).map(parseSlot))
  if (bySlot.size > 2) throw new Error(`mac.slots: got ${bySlot.size}, allowed: one or two`)
  if (!bySlot.has(mac.current)) throw new Error('mac.current: got a slot without a key, allowed: one of mac.slots')
  return {
    signing: parseSigningKey(signing),
    mac: { current: mac.current, bySlot },
    withoutReceipt: withoutReceipt && parseSecretKey(withoutReceipt),
  }
}

interface SecretJson {
  readonly signing: SigningJson
  readonly mac: { readonly current: KeySlot; readonly slots: Readonly<Record<string, string>> }
  readonly withoutReceipt?: SigningJson
}

interface SigningJson {
  readonly keyPairId: string
  readonly privateKey?: string
  readonly kmsKeyId?: string
  readonly kmsAlgorithm?: string
}

function parseSigningKey(json: SigningJson): SigningKey {
  const { keyPairId, privateKey, kmsKeyId, kmsAlgorithm } = json
  if (kmsKeyId === undefined) return parseSecretKey(json)
  if (privateKey !== undefined) throw new Error('signing: got privateKey and kmsKeyId, allowed: one')
  if (!/^[A-Za-z0-9-]+$/.test(kmsKeyId)) throw new Error('signing.kmsKeyId: not a KMS key id')
  const algorithm = kmsAlgorithms.find(each => each === kmsAlgorithm)
  if (algorithm === undefined) throw new Error(`signing.kmsAlgorithm: allowed: ${kmsAlgorithms.join(' or ')}`)
  return { kind: 'kms', keyPairId: parseKeyPairId(keyPairId), kmsKeyId, kmsAlgorithm: algorithm }
}

function parseSecretKey({ keyPairId, privateKey = '' }: SigningJson): SecretSigningKey {
  const key = orThrow(() => createPrivateKey(privateKey), 'signing.privateKey: not a private key in PEM')
  return { kind: 'secret', keyPairId: parseKeyPairId(keyPairId), privateKey: key }
}

function parseKeyPairId(text: string): string {
  if (!/^[A-Za-z0-9]+$/.test(text)) throw new Error('signing.keyPairId: not a CloudFront public key id')
  return text
}

function orThrow<T>(parse: () => T, message: string): T {
  try {
    return parse()
  } catch {
    throw new Error(message)
  }
}

function parseSlot([slot, key]: [string, string]): [KeySlot, MacKey] {
  if (!/^(\d|1[0-5])$/.test(slot)) throw new Error('mac.slots: a slot is 0 to 15')
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length !== 32) throw new Error(`mac.slots: got ${bytes.length} bytes, allowed: 32`)
  return [Number(slot), macKeyOf(bytes)]
}
