import { parseReference, referenceRule } from '../plain-text.ts'

const schema = {
  type: 'string',
  format: 'note',
  minLength: 1,
  maxLength: 200,
  description: `Your own note on the link: ${referenceRule}. Viewers never see it.`,
  'x-allowed': referenceRule,
} as const

/** A note that only the issuer sees. */
export const note = {
  schema,
  read: parseReference,
  view: { ...schema, description: 'Your own note on the link.' },
  words: {
    usage: ['--note TEXT', 'your own note on the link, which only you see'],
    status: ['note'],
    field: { label: 'Note', hint: 'only you see it', place: 'more' },
    docs: ['your own note on the link', 'none'],
    privacy: ['`note`', 'your own note on the link', 'if it names a person', '`note`'],
  },
} as const
