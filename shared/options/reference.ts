import { maxText, parseReference, referenceRule } from '../texts/plain-text.ts'
import { plainReference, storedReference } from '../table/stored-reference.ts'
import type { IssueContext } from './option.ts'

const view = {
  type: 'string',
  format: 'well-formed',
  minLength: 1,
  maxLength: maxText.reference,
  description:
    'Your own name for the link, for lists. Viewers never see it. Several links may have the same one; together, they are issued and redeemed at most 1,000 times a second.',
  'x-allowed': `1 to ${maxText.reference} characters`,
} as const

/** The issuer's own name for a new link. */
export const reference = {
  schema: {
    ...view,
    format: 'reference',
    description: `${view.description} It has ${referenceRule}.`,
    'x-allowed': referenceRule,
  },
  read: parseReference,
  /** The id of the issuer begins what is stored. */
  store({ reference }: { readonly reference?: string }, { owner }: IssueContext) {
    return reference === undefined ? {} : { reference: storedReference(reference, owner.id) }
  },
  /**
   * How a link shows the issuer's own name for it, and how it is found: links that exist may have any. `well-formed`: no half of a
   * surrogate pair, which UTF-8 can't encode. It is the key of an index, for which DynamoDB allows 2,048 bytes.
   */
  view,
  /** It is shown as its issuer wrote it. */
  show: plainReference,
  again: plainReference,
  words: {
    usage: ['--reference TEXT', 'your own name for the link, for once list'],
    status: ['reference'],
    docs: ['your own name for the link, to list by', 'none'],
    privacy: [
      '`reference`',
      'your own name for the link, which no viewer sees',
      "yes, if it is a case or customer number. It is how you find a person's links",
      '`reference`, `test/system/contract/listing.test.ts`',
    ],
  },
} as const
