import type { InvalidField } from '../fields.ts'
import { linkSecondsRange } from '../limits.ts'
import { type EpochSeconds, parseTime, plusSeconds, rfc3339 } from '../time.ts'
import { timeField } from '../schema-fields.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** A request without one has `expiresIn`, or the life that links of its caller have. */
type Input = { readonly expiresIn?: number; readonly expiresAt?: EpochSeconds }

/** When a link expires. */
export const expiresAt = {
  schema: {
    ...timeField,
    description: 'When the link expires; a fraction of a second is cut off. Not together with `expiresIn`.',
  },
  read: parseTime,
  /** Returns the end of the link. */
  store({ expiresIn, expiresAt }: Input, { deployment, issuedAt }: IssueContext) {
    return { expiresAt: expiresAt ?? plusSeconds(issuedAt, expiresIn ?? deployment.linkSeconds) }
  },
  /** Checks the life of the link, whichever field says it. */
  check(
    { expiresIn, expiresAt: end }: Input,
    { issuedAt, expiresAt }: IssueRequest,
    { deployment: { maxLinkSeconds } }: IssueContext,
  ): InvalidField[] {
    if (expiresIn !== undefined && end !== undefined) {
      return [{ field: 'expiresAt', got: 'both expiresIn and expiresAt', allowed: 'one of the two' }]
    }
    const latest = plusSeconds(issuedAt, maxLinkSeconds)
    if (expiresAt >= plusSeconds(issuedAt, linkSecondsRange.min) && expiresAt <= latest) return []
    const field = end === undefined ? 'expiresIn' : 'expiresAt'
    const allowed = `${linkSecondsRange.min} to ${maxLinkSeconds} seconds from now, so until ${rfc3339(latest)}`
    return [{ field, got: `${expiresAt - issuedAt} seconds from now`, allowed }]
  },
  /** It lives as long as the other: see `expiresIn`. */
  again: () => undefined,
  view: { ...timeField, description: 'When the link expires.' },
  /** It is a time in RFC 3339. */
  show: ({ expiresAt }: IssueRequest) => rfc3339(expiresAt),
  words: {
    usage: ['--expires-at TIME', 'when the link expires, such as 2026-11-24T15:00:00Z'],
    status: ['expires'],
    docs: ['when the link expires, instead of `expiresIn`', 'a day from now'],
    privacy: ['`expiresAt`', 'when it expires', 'no', '`expiresIn`, `expiresAt`'],
  },
} as const
