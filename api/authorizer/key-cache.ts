import type { KeySet } from '../../shared/callers/auth.ts'
import { type EpochMs, plusMs } from '../../shared/time.ts'
import type { AuthorizerPorts } from './ports.ts'

/** For how long keys are used without another request. A key that its provider withdraws is trusted for so long, at most. */
const freshMs = 300_000

/** Between attempts to read keys, at least: tokens with made-up keys cause no more requests to the provider. */
const pauseMs = 10_000

/** For how long keys are used while the provider doesn't respond. */
const staleMs = 24 * 3_600_000

/** Keys of the provider, kept between requests. It has one request to the provider under way at most. */
export class KeyCache {
  readonly #ports: Pick<AuthorizerPorts, 'clock' | 'keys'>
  #kept: { readonly set: KeySet; readonly readAt: EpochMs } | undefined
  /** The last attempt, which ended with `error`, or with keys. */
  #last: { readonly at: EpochMs; readonly error?: unknown } | undefined
  #reading: Promise<KeySet> | undefined

  constructor(ports: Pick<AuthorizerPorts, 'clock' | 'keys'>) {
    this.#ports = ports
  }

  /** Returns the keys: fresh ones if those kept are old. Rejects if there are none, or if none could be read for a day. */
  async current(): Promise<KeySet> {
    const kept = this.#kept
    if (kept !== undefined && this.#isWithin(kept.readAt, freshMs)) return kept.set
    try {
      return await this.#readUnlessFailed()
    } catch (error) {
      if (kept !== undefined && this.#isWithin(kept.readAt, staleMs)) return kept.set
      throw error
    }
  }

  /**
   * Reads the keys anew, for a token with an unknown key; returns undefined if they were read a few seconds ago. Rejects if they
   * can't be read, also if that was tried a few seconds ago.
   */
  async renewed(): Promise<KeySet | undefined> {
    const last = this.#recent()
    const wasRead = last !== undefined && last.error === undefined
    return wasRead && this.#reading === undefined ? undefined : this.#readUnlessFailed()
  }

  async #readUnlessFailed(): Promise<KeySet> {
    const { error } = this.#recent() ?? {}
    if (error !== undefined) throw new Error('the keys of the issuer could not be read just now', { cause: error })
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #read(): Promise<KeySet> {
    const at = this.#ports.clock.now()
    try {
      const set = await this.#ports.keys.load()
      this.#kept = { set, readAt: at }
      this.#last = { at }
      return set
    } catch (error) {
      this.#last = { at, error }
      throw new Error('the keys of the issuer could not be read', { cause: error })
    }
  }

  #recent() {
    const last = this.#last
    return last !== undefined && this.#isWithin(last.at, pauseMs) ? last : undefined
  }

  #isWithin(since: EpochMs, ms: number): boolean {
    return this.#ports.clock.now() < plusMs(since, ms)
  }
}
