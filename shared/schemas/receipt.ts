import { maxUnredeemedCount } from '../link.ts'
import { timeField } from './fields.ts'

const count = { type: 'integer', minimum: 0 } as const

/** What a receipt says of the use of a link. */
export const receipt = {
  type: ['object', 'null'],
  description:
    'Only of links with a receipt, and of revoked links only if they were used before. Null until the link is used.',
  required: ['redeemedAt', 'urlExpiresAt', 'edgeRegion', 'viewer', 'userAgent'],
  additionalProperties: false,
  properties: {
    redeemedAt: { ...timeField, description: 'When the link was used.' },
    urlExpiresAt: { ...timeField, description: 'When the signed URL ends.' },
    edgeRegion: { type: 'string', description: 'The Region of the function that returned the URL.' },
    viewer: {
      type: 'string',
      description:
        'The /24 of the viewer, or its /48 if it is IPv6, `unknown`, or a keyed hash: this depends on the deployment.',
    },
    userAgent: { type: 'string', description: 'The family of the browser or program, such as `Firefox` or `curl`.' },
  },
} as const

/** Counts of requests that did not use a link. */
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
