import { echo, type InvalidField } from '../fields.ts'
import type { Link } from '../link.ts'
import { timeField } from '../schema-fields.ts'
import { type EpochSeconds, parseTime, plusSeconds, rfc3339 } from '../time.ts'
import { expiresAt } from './expires-at.ts'
import type { IssueContext, IssueRequest } from './option.ts'

/** Instead of a time: a day before the link ends, whenever that is. */
const dayBefore = 'day-before'

const daySeconds = 24 * 3600

/** Seconds from now until the first reminder: EventBridge Scheduler is exact to a minute. */
const leadSeconds = 60

const rule = `"${dayBefore}", a day before the link ends, or a time such as 2026-11-24T15:00:00Z (RFC 3339, UTC)`

type Input = Parameters<typeof expiresAt.store>[0] & { readonly remindAt?: EpochSeconds | typeof dayBefore }

/** When it is said that the link was not opened yet. */
export const remindAt = {
  schema: {
    type: 'string',
    format: 'reminder',
    description: `When the event \`link.unopened\` says that the link still works and was not used: ${rule}, exact to a minute. Only with the setting \`reminders\`.`,
    'x-allowed': rule,
  },
  read: (text: string): EpochSeconds | typeof dayBefore | undefined => (text === dayBefore ? text : parseTime(text)),
  /** The item has the time, of `day-before` too. */
  store(input: Input, context: IssueContext): Partial<Link> {
    const { remindAt } = input
    if (remindAt !== dayBefore) return remindAt === undefined ? {} : { remindAt }
    return { remindAt: plusSeconds(expiresAt.store(input, context).expiresAt, -daySeconds) }
  },
  /** Refuses a reminder that would come too late, or that nothing makes. */
  check(
    { remindAt: given }: Input,
    { remindAt, issuedAt, expiresAt }: IssueRequest,
    { deployment }: IssueContext,
  ): InvalidField[] {
    if (remindAt === undefined) return []
    const isDay = given === dayBefore
    const got = echo(isDay ? given : rfc3339(remindAt))
    if (!deployment.reminders) {
      return [{ field: 'remindAt', got, allowed: 'no remindAt: this deployment has no reminders (`reminders`)' }]
    }
    const earliest = plusSeconds(issuedAt, leadSeconds)
    if (remindAt >= earliest && remindAt < expiresAt) return []
    const allowed = isDay
      ? `with a link that lives longer than a day; this one ends at ${rfc3339(expiresAt)}`
      : `a time from ${rfc3339(earliest)} on, before the link ends at ${rfc3339(expiresAt)}`
    return [{ field: 'remindAt', got, allowed }]
  },
  view: { ...timeField, description: 'When it is said that the link was not used, if it was not.' },
  /** It is a time in RFC 3339. */
  show: ({ remindAt }: Pick<Link, 'remindAt'>) => remindAt && rfc3339(remindAt),
  /** As long after the other link was issued, where there are reminders. */
  again: (link: Pick<Link, 'remindAt' | 'issuedAt'>, { deployment, issuedAt }: IssueContext) =>
    deployment.reminders && link.remindAt !== undefined
      ? plusSeconds(issuedAt, link.remindAt - link.issuedAt)
      : undefined,
  words: {
    usage: [
      '--remind-at TIME',
      `when an event says that the link was not opened: a time, or ${dayBefore}, a day before it ends`,
    ],
    status: ['reminds'],
    field: { choices: ['', dayBefore] },
    docs: ['when it is said that the link was not opened ([reminders](links.md#reminders))', 'never'],
    privacy: ['`remindAt`', 'when it is said that it was not opened', 'no', '`remindAt`'],
  },
} as const
