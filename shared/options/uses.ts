import type { InvalidField } from '../fields.ts'
import { type Link, oldestFirst, useIdOf } from '../link.ts'
import type { IssueRequest } from './option.ts'
import { receiptFields, receiptView } from './receipt.ts'
import { delivery } from '../delivery/schema.ts'

const count = { type: 'integer', minimum: 2, maximum: 20, 'x-allowed': 'a whole number from 2 to 20' } as const

type Input = { readonly uses?: number; readonly receipt?: boolean }

/** How many clients may use the link. */
export const uses = {
  schema: {
    ...count,
    description:
      'How many clients may use the link, each once: 2 to 20. A client is one browser or program; a person with two devices is two. Such a link asks for confirmation and keeps a receipt of each use. By default 1.',
  },
  /** A plain GET is another client each time, so a page must confirm first; and a receipt is what a client comes back to. */
  store({ uses }: Input): Partial<Link> {
    return uses === undefined ? {} : { maxUses: uses, uses: [], confirm: 'required', state: 'live' }
  },
  /** Refuses what leaves nothing behind of a use, and a folder, whose cookies open it to all who have them. */
  check({ uses, receipt }: Input, { media }: IssueRequest): InvalidField[] {
    if (uses === undefined) return []
    const invalid: InvalidField[] = []
    if (receipt === false)
      invalid.push({ field: 'receipt', got: 'false', allowed: 'true, or left out: a link with "uses" keeps receipts' })
    if (media === 'folder')
      invalid.push({ field: 'uses', got: String(uses), allowed: 'nothing with a folder: issue a link for each client' })
    return invalid
  },
  again: ({ maxUses }: Pick<Link, 'maxUses'>) => maxUses,
  /** Only an edge that knows the kind of the item may redeem such a link. */
  flag: { name: 'extended', isSet: ({ maxUses }: Pick<Link, 'maxUses'>) => maxUses !== undefined },
  /** JSON Schema of the uses so far. */
  view: {
    type: 'object',
    description:
      'Only of links for several clients: how many may use it, and what is kept of each use so far, oldest first.',
    required: ['max', 'taken'],
    additionalProperties: false,
    properties: {
      max: { ...count, description: 'How many clients may use the link.' },
      taken: {
        type: 'array',
        maxItems: count.maximum,
        description: 'The uses so far.',
        items: {
          type: 'object',
          required: ['id', 'redeemedAt', 'urlExpiresAt', 'edgeRegion', 'viewer', 'userAgent'],
          additionalProperties: false,
          properties: {
            id: { type: 'string', pattern: '^[A-Za-z0-9_-]{8}$', description: 'Public name of the use; not a secret.' },
            ...receiptFields,
            delivery,
          },
        },
      },
    },
  },
  /** Shows nothing of other links. */
  show({ maxUses, uses = [] }: Pick<Link, 'maxUses' | 'uses'>) {
    if (maxUses === undefined) return undefined
    return { max: maxUses, taken: oldestFirst(uses).map(use => ({ id: useIdOf(use), ...receiptView(use) })) }
  },
  words: {
    usage: [
      '--uses N',
      'how many clients may use the link, each once: 2 to 20 (default: 1); a client is a browser or a program',
    ],
    status: ['uses', ({ max, taken }: { max: number; taken: readonly unknown[] }) => `${taken.length} of ${max}`],
    docs: ['how many clients may use the link ([several clients](links.md#several-clients))', '1'],
    privacy: [
      '`maxUses`, `uses`',
      'how many clients may use the link, and a receipt of each that did',
      'yes',
      '`uses`, `receiptAddress`, `receiptSeconds`',
    ],
  },
} as const
