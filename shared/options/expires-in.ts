import { linkSecondsRange } from '../limits.ts'
import type { Link } from '../link.ts'

const { min } = linkSecondsRange

/** The life of a link, in seconds. */
export const expiresIn = {
  schema: {
    type: 'integer',
    format: 'int64',
    minimum: min,
    description: `Life of the link, in seconds from now: ${min} to 604800 (7 days) and 86400 (a day) by default, unless the deployment has other limits. Not together with \`expiresAt\`.`,
    'x-allowed': `a whole number of seconds, at least ${min}`,
  },
  /** The item has `expiresAt`. */
  store: () => ({}),
  again: ({ issuedAt, expiresAt }: Pick<Link, 'issuedAt' | 'expiresAt'>) => expiresAt - issuedAt,
  words: {
    usage: ['--expires-in TIME', 'life of the link: seconds, or a time such as 15m, 12h or 2d'],
    field: { choices: [10, 60, 600, 3600, 86_400, 172_800, 259_200, 604_800, 'at'] },
    docs: ['how long the link works', 'a day'],
  },
} as const
