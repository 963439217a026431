import { binds, maxUnredeemedCount } from '../link.ts'
import { filenameField, flagField, keyField, linkIdField, referenceField, regionField, timeField } from './fields.ts'

/** What a link has come to, as the API tells it. */
export const viewStates = ['live', 'used', 'revoked', 'expired', 'not-yet-valid'] as const

const stateField = {
  type: 'string',
  enum: viewStates,
  description: 'What has become of the link.',
  'x-allowed': `one of ${viewStates.join(', ')}`,
} as const

const count = { type: 'integer', minimum: 0 } as const

const receipt = {
  type: ['object', 'null'],
  description: 'Of links with a receipt that are not revoked: null until the link is used.',
  required: ['redeemedAt', 'urlExpiresAt', 'edgeRegion', 'viewer', 'userAgent'],
  additionalProperties: false,
  properties: {
    redeemedAt: { ...timeField, description: 'When the link was used.' },
    urlExpiresAt: { ...timeField, description: 'When the signed URL ends.' },
    edgeRegion: { type: 'string', description: 'The Region in which the function ran that handed it out.' },
    viewer: {
      type: 'string',
      description: 'The /24 of the viewer, `unknown`, or a keyed hash: the deployment says which.',
    },
    userAgent: { type: 'string', description: 'The family of the browser or program, as in `Firefox` or `curl`.' },
  },
} as const

const unredeemed = {
  type: 'object',
  description: `Of links with a receipt: how often it was asked for without being used, while it was live. A count may be one too high or too low, and stops at ${maxUnredeemedCount}.`,
  required: ['unconfirmed', 'automated', 'probed'],
  additionalProperties: false,
  properties: {
    unconfirmed: {
      ...count,
      description: 'By whoever was asked to confirm, or would have been but for the time or the network.',
    },
    automated: {
      ...count,
      description: 'By clients that say of themselves that they are robots, prefetch or preview.',
    },
    probed: { ...count, description: 'By HEAD and OPTIONS.' },
    lastAt: { ...timeField, description: 'When one was counted last; not there while none was.' },
  },
} as const

/** A link without its secret. */
export const linkView = {
  type: 'object',
  title: 'LinkView',
  description: 'A link without its secret.',
  required: ['id', 'state', 'key', 'homeRegion', 'issuedAt', 'expiresAt', 'urlSeconds', 'bind', 'confirm', 'media'],
  additionalProperties: false,
  properties: {
    id: linkIdField,
    state: stateField,
    key: keyField,
    homeRegion: regionField,
    issuedAt: { ...timeField, description: 'When the link was issued.' },
    expiresAt: { ...timeField, description: 'When it ends.' },
    notBefore: { ...timeField, description: 'Before that it is not used when it is opened.' },
    urlSeconds: { type: 'integer', minimum: 5, description: 'Life of the signed URL, in seconds.' },
    bind: {
      type: 'string',
      enum: binds,
      description: 'How closely the signed URL is tied to the address of the viewer.',
    },
    network: { type: 'string', format: 'ipv4-network', description: 'The only network the link works from.' },
    filename: filenameField,
    reference: referenceField,
    confirm: { ...flagField, description: 'The viewer is shown a page first.' },
    media: {
      anyOf: [
        { type: 'boolean', const: false },
        { type: 'string', enum: ['object', 'folder'] },
      ],
      description: 'What a player may fetch with it, if it is for one.',
    },
    receipt,
    unredeemed,
  },
} as const

/** The query of `GET /links`. */
export const listQuery = {
  type: 'object',
  title: 'ListQuery',
  description: 'Which links to list.',
  additionalProperties: false,
  properties: {
    reference: {
      ...referenceField,
      description: 'Only links with this reference, newest first. Left out, all links, in no order.',
    },
    state: { ...stateField, description: 'Only links that are in this state.' },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 50,
      description: 'Most links in an answer.',
      'x-allowed': 'a whole number from 1 to 100',
    },
    cursor: {
      type: 'string',
      pattern: '^[A-Za-z0-9._~-]{1,2048}$',
      description: 'Goes on where a page ended: its `next`, with the same `reference` and `state`.',
      'x-allowed': 'the "next" of a page, together with the reference and state it was asked with',
    },
  },
} as const

/** The answer of `GET /links`. */
export const linkPage = {
  type: 'object',
  title: 'LinkPage',
  description: 'Some links, and where the next ones are.',
  required: ['links'],
  additionalProperties: false,
  properties: {
    links: {
      type: 'array',
      items: linkView,
      maxItems: 100,
      description: 'May be fewer than `limit`, even none, when there are more.',
    },
    next: { type: 'string', description: 'The `cursor` of the next page. Not there on the last one.' },
  },
} as const
