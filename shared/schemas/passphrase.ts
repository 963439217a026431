/** What a passphrase may be: see shared/passphrase.ts. */
const passphraseRule = '6 to 128 characters, of which case, spaces and hyphens do not count'

const text = {
  type: 'string',
  format: 'passphrase',
  minLength: 1,
  maxLength: 512,
  'x-allowed': passphraseRule,
} as const

const maxTries = { type: 'integer', minimum: 1, maximum: 10, 'x-allowed': 'a whole number from 1 to 10' } as const

/** Fields of a link with a passphrase, when it is issued. Errors never repeat a passphrase, since it is `writeOnly`. */
export const passphraseFields = {
  passphrase: {
    anyOf: [{ type: 'boolean' }, text],
    writeOnly: true,
    description: [
      'The viewer must know this, too: tell it in another way than the link. `true` makes one of 12 digits, which the response has; your own has 6 to 128 characters, of which case, spaces and hyphens do not count.',
      'Only a hash is stored, which takes the link to compute. A page asks for the passphrase; programs send it as `Once-Passphrase`. After `maxTries` wrong ones the link is `locked`: anyone with the link can lock it.',
    ].join(' '),
    'x-allowed': `true, or text of ${passphraseRule}`,
  },
  maxTries: {
    ...maxTries,
    description: 'How many passphrases may be tried, 1 to 10. Only with `passphrase`. By default 5.',
  },
} as const

/** The passphrase in the response. */
export const generatedPassphrase = {
  type: 'string',
  pattern: '^[0-9]{4}-[0-9]{4}-[0-9]{4}$',
  description: 'The passphrase, if the API made it. No other response has it, but that to a repeat with the same key.',
} as const

/** The passphrase of an exchange. Any text: one that can't be used is refused as at the edge. */
export const exchangedPassphrase = {
  type: 'string',
  maxLength: text.maxLength,
  writeOnly: true,
  description: 'The passphrase of the link, if it has one. Case, spaces and hyphens do not count.',
  'x-allowed': passphraseRule,
} as const

/** What a link shows of its passphrase. */
export const passphraseView = {
  type: 'object',
  description:
    'Only of links with a passphrase: how often one was tried. An unused link with `maxTries` tries is `locked`.',
  required: ['tries', 'maxTries'],
  additionalProperties: false,
  properties: {
    tries: {
      type: 'integer',
      minimum: 0,
      description: 'Tries so far, that of the right one too: a try counts before it is known to be right.',
    },
    maxTries: { ...maxTries, description: 'Tries that are allowed.' },
  },
} as const
