import type { Link } from '../link.ts'
import { parsePassphrase, type Passphrase } from '../secrets/passphrase.ts'
import { tries } from './max-tries.ts'

/** What a passphrase may be: see shared/secrets/passphrase.ts. */
export const passphraseRule = '6 to 128 characters, of which case, spaces and hyphens do not count'

/** Longest text that may be one, in characters. */
export const maxLength = 512

/** Says of a link how often a passphrase was tried. */
export const triesText = ({ tries, maxTries }: Required<Pick<Link, 'tries' | 'maxTries'>>): string =>
  `${tries} of ${maxTries} tries made`

/** What the viewer must know beside the link. Errors never repeat it, since it is `writeOnly`. */
export const passphrase = {
  schema: {
    anyOf: [
      { type: 'boolean' },
      { type: 'string', format: 'passphrase', minLength: 1, maxLength, 'x-allowed': passphraseRule },
    ],
    writeOnly: true,
    description: [
      'The viewer must know this, too: tell it in another way than the link. `true` makes one of 12 digits, which the response has; your own has 6 to 128 characters, of which case, spaces and hyphens do not count.',
      'Only a hash is stored, which takes the link to compute. A page asks for the passphrase; programs send it as `Once-Passphrase`. After `maxTries` wrong ones the link is `locked`: anyone with the link can lock it.',
    ].join(' '),
    'x-allowed': `true, or text of ${passphraseRule}`,
  },
  /** Parses one; `true` if the API makes it. `false` is the same as nothing. */
  read(value: boolean | string): true | Passphrase | undefined {
    return typeof value === 'string' ? parsePassphrase(value) : value || undefined
  },
  /** The item has its hash, which takes the nonce. */
  store: () => ({}),
  /** Only an edge that counts tries may redeem such a link. */
  flag: {
    name: 'passphrase',
    isSet: ({ maxTries }: Pick<Link, 'maxTries'>) => maxTries !== undefined,
  },
  /** How a link shows it: its tries, since nothing has the passphrase. */
  view: {
    type: 'object',
    description:
      'Only of links with a passphrase: how often one was tried. An unused link with `maxTries` tries is `locked`.',
    required: ['tries', 'maxTries'],
    additionalProperties: false,
    properties: {
      tries: {
        type: 'integer',
        minimum: 0,
        description:
          'Tries so far, that of the right one too: a try counts before it is known to be right. With `uses`, a right one gives its try back.',
      },
      maxTries: { ...tries, description: 'Tries that are allowed.' },
    },
  },
  /** A link without a passphrase has no tries. */
  show({ tries: made = 0, maxTries }: Pick<Link, 'tries' | 'maxTries'>) {
    return maxTries === undefined ? undefined : { tries: made, maxTries }
  },
  /** The API makes another one, since nothing has it. */
  again: ({ maxTries }: Pick<Link, 'maxTries'>) => maxTries !== undefined || undefined,
  words: {
    usage: [
      '--passphrase',
      'the viewer must know a passphrase, too: the API makes one, which is printed after the link. Send it another\nway than the link. Your own: --passphrase=TEXT, 6 to 128 characters; other users of this machine can see it',
    ],
    status: ['passphrase', triesText],
    field: { choices: ['', 'true', 'own'] },
    docs: ['the viewer must know a passphrase ([passphrases](recipients.md#passphrases))', 'no'],
    privacy: [
      '`passphraseHash`',
      "hash of the passphrase, keyed with the secret of the link: who has the table alone can't try passphrases on it",
      'no',
      '`passphrase`, `test/unit/shared/passphrase.test.ts`',
    ],
  },
} as const
