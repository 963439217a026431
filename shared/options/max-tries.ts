import type { InvalidField } from '../fields.ts'
import type { Link } from '../link.ts'

/** A number of passphrases that may be tried. */
export const tries = {
  type: 'integer',
  minimum: 1,
  maximum: 10,
  'x-allowed': 'a whole number from 1 to 10',
} as const

/** Passphrases that may be tried, if the issuer does not say. */
const defaultMaxTries = 5

type Input = { readonly passphrase?: unknown; readonly maxTries?: number }

/** How many passphrases may be tried. */
export const maxTries = {
  schema: {
    ...tries,
    description: 'How many passphrases may be tried, 1 to 10. Only with `passphrase`. By default 5.',
  },
  /** A link with a passphrase has tries; another has none. */
  store({ passphrase, maxTries = defaultMaxTries }: Input): Pick<Link, 'tries' | 'maxTries'> {
    return passphrase === undefined ? {} : { tries: 0, maxTries }
  },
  /** Refuses tries of nothing. */
  check({ passphrase, maxTries }: Input): InvalidField[] {
    if (maxTries === undefined || passphrase !== undefined) return []
    return [{ field: 'maxTries', got: String(maxTries), allowed: 'nothing without a passphrase' }]
  },
  words: {
    usage: ['--max-tries N', 'passphrases that may be tried, 1 to 10 (default: 5); then the link is locked'],
    docs: ['how many passphrases may be tried', '5'],
    privacy: [
      '`tries`, `maxTries`',
      'how many passphrases were tried, and how many may be',
      'no',
      '`passphrase`, `maxTries`, `test/proof/race/tries.test.ts`',
    ],
  },
} as const
