import { createPrivateKey, type KeyObject } from 'node:crypto'
import { firstSuccess } from './errors.ts'
import { type KeySlot, type MacKey, macKeyOf, type MacKeys } from './nonce.ts'
import type { Clock } from './time.ts'

/** What signs capabilities, with the id under which CloudFront knows the public half. */
export type SigningKey = SecretSigningKey | KmsSigningKey

/** A key that came with the secret: it signs at once, and can't fail. */
export interface SecretSigningKey {
  readonly kind: 'secret'
  readonly keyPairId: string
  readonly privateKey: KeyObject
}

/** A key that never leaves KMS, which has to be asked for every signature. */
export interface KmsSigningKey {
  readonly kind: 'kms'
  readonly keyPairId: string
  /** The key's own id, the same in each Region that has a replica of it: never an ARN, which names one of them. */
  readonly kmsKeyId: string
  readonly kmsAlgorithm: KmsAlgorithm
}

/** What KMS and CloudFront both know with SHA-256: P-256 in DER, RSA 2048 by PKCS #1 v1.5 (AWS, "KMS Sign"). */
const kmsAlgorithms = ['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const

/** One of those, as KMS spells it. */
export type KmsAlgorithm = (typeof kmsAlgorithms)[number]

/** What a deployment's secret holds. */
export interface Keys {
  readonly signing: SigningKey
  readonly mac: MacKeys
}

/** The keys in force. */
export interface Keyring {
  /** Waits for the first load, and for one when the keys are old; rejects when there is none young enough to be used. */
  current(): Promise<Keys>
}

/** How old keys may get before they are loaded again in the background. */
const refreshAfterMs = 5 * 60_000
/**
 * How old before a request waits for the load: an edge that slept must not wake with keys that were retired meanwhile,
 * or a link restored from a backup could be redeemed once more.
 */
const waitAfterMs = 10 * 60_000

/**
 * How old before they are used no more, in seconds, whatever the secret's Regions do: a rotation counts on it when it
 * takes a key away (docs/decisions/0012-rotation.md). A day is longer than Regions are away.
 */
export const maxKeysAgeSeconds = 24 * 3600
const maxAgeMs = maxKeysAgeSeconds * 1000

/** Gives the text of a deployment's secret, or rejects. One try, with a time limit of its own. */
export type SecretSource = () => Promise<string>

/**
 * Keeps the keys in a secret's text (see `parseKeys`). The secret is replicated: the first of `sources` that gives it is
 * believed. Keys are parsed once, refreshed in the background, and for a day kept while a refresh fails.
 */
export function createKeyring(sources: readonly SecretSource[], clock: Pick<Clock, 'now'>): Keyring {
  let held: Keys | undefined
  /** When the load that gave the keys held began, and when the last one did. */
  let [heldSince, triedAt] = [0, 0]
  let loading: Promise<Keys> | undefined
  /** One load at a time, so that none can put older keys in the place of newer ones. */
  function load(): Promise<Keys> {
    if (loading !== undefined) return loading
    const startedAt = clock.now()
    triedAt = startedAt
    loading = firstText(sources)
      .then(text => {
        held = parseKeys(text)
        heldSince = startedAt
        return held
      })
      .finally(() => (loading = undefined))
    return loading
  }
  /** A load that is not one of long ago: one under way may have been put to sleep with the process, days before. */
  async function fresh(): Promise<Keys> {
    if (loading !== undefined && clock.now() - triedAt >= waitAfterMs) await loading.catch(() => undefined)
    return load()
  }
  return {
    async current() {
      const now = clock.now()
      const age = now - heldSince
      if (held === undefined || age >= maxAgeMs) return fresh()
      if (age < refreshAfterMs) return held
      const old = held
      if (loading === undefined && now - triedAt < refreshAfterMs) return old // the last load failed, just now
      const loaded = fresh().catch(() => old)
      return age < waitAfterMs ? old : loaded
    },
  }
}

function firstText(sources: readonly SecretSource[]): Promise<string> {
  const complaint = `none of ${sources.length} sources gave the secret with the keys`
  return firstSuccess(sources, source => source(), complaint)
}

/**
 * Reads a deployment's secret:
 * `{"signing": {"keyPairId": "K…", "privateKey": "-----BEGIN PRIVATE KEY-----…"}, "mac": {"current": 1, "slots": {"1": "<base64>"}}}`
 * with a P-256 (or RSA 2048) key in PKCS#8 PEM and one or two MAC keys of 32 bytes. Instead of the private key, `signing`
 * may name one in KMS: `"kmsKeyId": "mrk-…", "kmsAlgorithm": "ECDSA_SHA_256"`. Other fields are left to whoever keeps the
 * secret. Throws without repeating any of it.
 */
export function parseKeys(text: string): Keys {
  const { signing, mac } = parseSecretText(text)
  const bySlot = new Map(Object.entries(mac.slots).map(([slot, key]) => [parseSlot(slot), parseMacKey(key)]))
  if (bySlot.size > 2) throw new Error(`mac.slots: got ${bySlot.size}, allowed: one or two`)
  if (!bySlot.has(mac.current)) throw new Error('mac.current: got a slot without a key, allowed: one of mac.slots')
  return { signing: parseSigningKey(signing), mac: { current: mac.current, bySlot } }
}

interface SecretText {
  readonly signing: SigningText
  readonly mac: { readonly current: KeySlot; readonly slots: Readonly<Record<string, string>> }
}

interface SigningText {
  readonly keyPairId: string
  readonly privateKey?: string
  readonly kmsKeyId?: string
  readonly kmsAlgorithm?: string
}

function parseSigningKey({ keyPairId, privateKey, kmsKeyId, kmsAlgorithm }: SigningText): SigningKey {
  if (!/^[A-Za-z0-9]+$/.test(keyPairId)) throw new Error('signing.keyPairId: not the id of a CloudFront public key')
  if (kmsKeyId === undefined) return { kind: 'secret', keyPairId, privateKey: parsePrivateKey(privateKey ?? '') }
  if (privateKey !== undefined) throw new Error('signing: got a privateKey and a kmsKeyId, allowed: one of the two')
  if (!/^[A-Za-z0-9-]+$/.test(kmsKeyId)) throw new Error('signing.kmsKeyId: not the id of a KMS key')
  const algorithm = kmsAlgorithms.find(each => each === kmsAlgorithm)
  if (algorithm === undefined) throw new Error(`signing.kmsAlgorithm: allowed: ${kmsAlgorithms.join(' or ')}`)
  return { kind: 'kms', keyPairId, kmsKeyId, kmsAlgorithm: algorithm }
}

// What JSON.parse and createPrivateKey throw may quote the secret, so neither error goes on as a cause.

function parseSecretText(text: string): SecretText {
  const secret = parseJson(text) as Partial<SecretText> | null
  if (!secret?.signing || !secret.mac?.slots) throw new Error('the secret with the keys lacks signing or mac')
  return { signing: secret.signing, mac: secret.mac }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('the secret with the keys is not JSON')
  }
}

function parsePrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new Error('signing.privateKey: not a private key in PEM')
  }
}

function parseSlot(text: string): KeySlot {
  if (!/^(\d|1[0-5])$/.test(text)) throw new Error('mac.slots: a slot is 0 to 15')
  return Number(text)
}

function parseMacKey(text: string): MacKey {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 32) throw new Error(`mac.slots: got a key of ${bytes.length} bytes, allowed: 32`)
  return macKeyOf(bytes)
}
