import { maxUnredeemedCount } from '../link.ts'
import { timeField } from './fields.ts'

const count = { type: 'integer', minimum: 0 } as const

/** How often a link with a receipt was requested without being used. */
export const unredeemed = {
  type: 'object',
  description: `Of the same links as the receipt: how many requests did not use it, while it was live and after its use. A count may be one too high or too low, and stops at ${maxUnredeemedCount}.`,
  required: ['unconfirmed', 'automated', 'probed', 'refusedAfterUse'],
  additionalProperties: false,
  properties: {
    unconfirmed: {
      ...count,
      description: 'Unconfirmed requests, also those refused as too early or from another network.',
    },
    automated: {
      ...count,
      description: 'Requests of clients that declare themselves a robot, a prefetch or a preview.',
    },
    probed: { ...count, description: 'Requests with HEAD or OPTIONS.' },
    refusedAfterUse: {
      ...count,
      description:
        'Requests for the used link that were refused, but not those of the client that had used it: another client may have the link.',
    },
    lastAt: { ...timeField, description: 'Time of the last counted request; absent if there was none.' },
  },
} as const
