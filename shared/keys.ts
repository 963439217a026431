import { createPrivateKey, type KeyObject } from 'node:crypto'
import { firstAnswer } from './first-answer.ts'
import { type KeySlot, type MacKey, macKeyOf, type MacKeys } from './nonce.ts'
import type { Clock } from './time.ts'

/** The key that signs capabilities, with the id under which CloudFront knows its public half. */
export interface SigningKey {
  readonly keyPairId: string
  readonly privateKey: KeyObject
}

/** What a deployment's secret holds. */
export interface Keys {
  readonly signing: SigningKey
  readonly mac: MacKeys
}

/** The keys in force. */
export interface Keyring {
  /** Waits for the first load, and for one when the keys are old; rejects when there never was one that worked. */
  current(): Promise<Keys>
}

/** How old keys may get before they are loaded again in the background. */
const refreshAfterMs = 5 * 60_000
/**
 * How old before a request waits for the load: an edge that slept must not wake with keys that were retired meanwhile,
 * or a link restored from a backup could be redeemed once more.
 */
const waitAfterMs = 10 * 60_000

/** Gives the text of a deployment's secret, or rejects. One try, with a time limit of its own. */
export type SecretSource = () => Promise<string>

/**
 * Keeps the keys in a secret's text (see `parseKeys`). The secret is replicated: the first of `sources` that gives it is
 * believed. Keys are parsed once, refreshed in the background, and kept while a refresh fails.
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
  return {
    async current() {
      if (held === undefined) return load()
      const [old, now] = [held, clock.now()]
      const hasJustFailed = loading === undefined && now - triedAt < refreshAfterMs
      if (now - heldSince < refreshAfterMs || hasJustFailed) return old
      const fresh = load().catch(() => old)
      return now - heldSince < waitAfterMs ? old : fresh
    },
  }
}

function firstText(sources: readonly SecretSource[]): Promise<string> {
  const complaint = `none of ${sources.length} sources gave the secret with the keys`
  return firstAnswer(sources, source => source(), complaint)
}

/**
 * Reads a deployment's secret:
 * `{"signing": {"keyPairId": "K…", "privateKey": "-----BEGIN PRIVATE KEY-----…"}, "mac": {"current": 1, "slots": {"1": "<base64>"}}}`
 * with a P-256 (or RSA 2048) key in PKCS#8 PEM and one or two MAC keys of 32 bytes. Throws without repeating any of it.
 */
export function parseKeys(text: string): Keys {
  const { signing, mac } = parseSecretText(text)
  const bySlot = new Map(Object.entries(mac.slots).map(([slot, key]) => [parseSlot(slot), parseMacKey(key)]))
  if (bySlot.size > 2) throw new Error(`mac.slots: got ${bySlot.size}, allowed: one or two`)
  if (!bySlot.has(mac.current)) throw new Error('mac.current: got a slot without a key, allowed: one of mac.slots')
  if (!/^[A-Za-z0-9]+$/.test(signing.keyPairId))
    throw new Error('signing.keyPairId: not the id of a CloudFront public key')
  const signingKey = { keyPairId: signing.keyPairId, privateKey: parsePrivateKey(signing.privateKey) }
  return { signing: signingKey, mac: { current: mac.current, bySlot } }
}

interface SecretText {
  readonly signing: { readonly keyPairId: string; readonly privateKey: string }
  readonly mac: { readonly current: KeySlot; readonly slots: Readonly<Record<string, string>> }
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
