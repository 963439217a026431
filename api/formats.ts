import { parseNetwork } from '../shared/network.ts'
import { parseFilename, parseObjectKey } from '../shared/object-key.ts'
import { type EpochSeconds, rfc3339 } from '../shared/time.ts'

/** What reads text of each format that a body or a query may have; undefined when it isn't of that format. */
export const parsers = {
  'object-key': parseObjectKey,
  'file-name': parseFilename,
  'ipv4-network': parseNetwork,
  'date-time': parseTime,
  'well-formed': (text: string) => (text.isWellFormed() ? text : undefined),
} as const satisfies Record<string, (text: string) => unknown>

/** Reads a time in the one spelling that `rfc3339` gives, or undefined. */
function parseTime(text: string): EpochSeconds | undefined {
  const seconds = Date.parse(text) / 1000
  // The nonce holds 32 bits of seconds, so until 2106.
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= 2 ** 32) return undefined
  // Date.parse takes many spellings, and 31 February for 3 March; we take one.
  return rfc3339(seconds as EpochSeconds) === text ? (seconds as EpochSeconds) : undefined
}
