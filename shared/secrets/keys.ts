import { createPrivateKey, type KeyObject } from 'node:crypto'
import { firstSuccess } from '../errors.ts'
import { type KeySlot, type MacKey, macKeyOf, type MacKeys } from '../nonce.ts'
import type { Clock } from '../time.ts'

/** Key that signs capabilities at once, with CloudFront's id of its public half. */
export interface SigningKey {
  readonly keyPairId: string
  readonly privateKey: KeyObject
}

/** The keys in a deployment's secret. */
export interface Keys {
  readonly signing: SigningKey
  readonly mac: MacKeys
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
 * with a P-256 (or RSA 2048) key in PKCS#8 PEM and one or two MAC keys of 32 bytes. Refuses a secret whose signing key is in KMS,
 * as earlier versions had it. Ignores other fields, which belong to the keys function. Throws an error that repeats nothing of the secret.
 */
export function parseKeys(text: string): Keys {
  const { signing, mac } = parseSecret(text)
  return { signing: parseSigningKey(signing), mac }
}

/** Parses the MAC keys of a secret, whatever signs: also a key in KMS. Throws as `parseKeys` does. */
export function parseMacKeys(text: string): MacKeys {
  return parseSecret(text).mac
}

function parseSecret(text: string): { readonly signing: SigningJson; readonly mac: MacKeys } {
  // Errors of JSON.parse and createPrivateKey may quote the secret, so neither becomes a cause.
  const parse = () => (JSON.parse(text) ?? {}) as Partial<SecretJson>
  const { signing, mac } = orThrow(parse, 'secret: not JSON')
  if (!signing || !mac?.slots) throw new Error('secret: lacks signing or mac')
  const bySlot = new Map(Object.entries(mac.slots).map(parseSlot))
  if (bySlot.size > 2) throw new Error(`mac.slots: got ${bySlot.size}, allowed: one or two`)
  if (!bySlot.has(mac.current)) throw new Error('mac.current: got a slot without a key, allowed: one of mac.slots')
  return { signing, mac: { current: mac.current, bySlot } }
}

interface SecretJson {
  readonly signing: SigningJson
  readonly mac: { readonly current: KeySlot; readonly slots: Readonly<Record<string, string>> }
}

interface SigningJson {
  readonly keyPairId: string
  readonly privateKey?: string
  readonly kmsKeyId?: unknown
}

function parseSigningKey({ keyPairId, privateKey = '', kmsKeyId }: SigningJson): SigningKey {
  if (kmsKeyId !== undefined)
    throw new Error('signing: got a key in KMS, allowed: a private key in the secret, which a rotation makes')
  const key = orThrow(() => createPrivateKey(privateKey), 'signing.privateKey: not a private key in PEM')
  if (!/^[A-Za-z0-9]+$/.test(keyPairId)) throw new Error('signing.keyPairId: not a CloudFront public key id')
  return { keyPairId, privateKey: key }
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
