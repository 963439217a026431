import type { InvalidField } from '../fields.ts'
import type { Link } from '../link.ts'
import { timeField } from '../schema-fields.ts'
import { parseTime, rfc3339 } from '../time.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** When a link starts to work. */
export const notBefore = {
  schema: {
    ...timeField,
    description:
      'When the link starts to work; a fraction of a second is cut off. This must be before it expires. An earlier request is refused and does not use the link.',
  },
  read: parseTime,
  /** Refuses a link that would never work. */
  check(_input: object, { notBefore, expiresAt }: IssueRequest): InvalidField[] {
    if (notBefore === undefined || notBefore < expiresAt) return []
    const allowed = `a time before the link expires at ${rfc3339(expiresAt)}`
    return [{ field: 'notBefore', got: JSON.stringify(rfc3339(notBefore)), allowed }]
  },
  view: { ...timeField, description: 'When the link starts to work.' },
  /** It is a time in RFC 3339. */
  show: ({ notBefore }: IssueRequest) => notBefore && rfc3339(notBefore),
  /** A time that has passed is left out. */
  again: ({ notBefore }: Pick<Link, 'notBefore'>, { issuedAt }: IssueContext) =>
    notBefore !== undefined && notBefore > issuedAt ? notBefore : undefined,
  words: {
    usage: ['--not-before TIME', 'when the link starts to work'],
    status: ['not before'],
    docs: ['when the link starts to work', 'at once'],
    privacy: ['`notBefore`', 'when it starts to work', 'no', '`notBefore`'],
  },
} as const
