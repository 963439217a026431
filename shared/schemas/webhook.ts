import { endpointIdPattern } from '../endpoints.ts'
import { shownSchemas } from '../options/options.ts'
import { linkIdField, timeField } from '../schema-fields.ts'

const description =
  'The body of a webhook (Standard Webhooks). Its headers are `webhook-id`, the same in every attempt, `webhook-timestamp` and `webhook-signature`.'
const timestamp = { ...timeField, description: 'When it happened.' } as const

const link = {
  deployment: { type: 'string', description: 'The name of the deployment.' },
  id: linkIdField,
  reference: { ...shownSchemas.reference, description: "The issuer's own name for the link, if it has one." },
  notify: { type: 'string', pattern: endpointIdPattern, description: 'The endpoint that the link names.' },
  issuedAt: { ...timeField, description: 'When the link was issued.' },
  expiresAt: { ...timeField, description: 'When the link expires.' },
} as const

const receipt = {
  redeemedAt: { ...timeField, description: 'When the link was used, if it keeps a receipt.' },
  urlExpiresAt: { ...timeField, description: 'When the signed URL ends, if the link keeps a receipt.' },
} as const

const required = ['deployment', 'id', 'notify', 'issuedAt', 'expiresAt'] as const
const members = ['type', 'timestamp', 'data'] as const

const linkData = {
  type: 'object',
  description: 'The link.',
  required,
  additionalProperties: false,
  properties: link,
} as const

const usedLinkData = { ...linkData, properties: { ...link, ...receipt } } as const

/** The link was used. */
export const linkRedeemed = {
  type: 'object',
  title: 'LinkRedeemed',
  description: `The link was used, also if the viewer never got the response. ${description}`,
  required: members,
  additionalProperties: false,
  properties: { type: { type: 'string', const: 'link.redeemed' }, timestamp, data: usedLinkData },
} as const

/** Another client requested the used link. */
export const linkRefused = {
  type: 'object',
  title: 'LinkRefused',
  description: `The link was used before, and another client was refused: it may have the link from someone else. Only of links with a receipt. ${description}`,
  required: members,
  additionalProperties: false,
  properties: {
    type: { type: 'string', const: 'link.refused' },
    timestamp,
    data: { ...usedLinkData, required: [...required, 'redeemedAt', 'urlExpiresAt'] },
  },
} as const

/** All guesses at the passphrase are made. */
export const linkLocked = {
  type: 'object',
  title: 'LinkLocked',
  description: `The last guess at the passphrase was made. If it was right, \`link.redeemed\` follows within seconds; otherwise the link works no more. ${description}`,
  required: members,
  additionalProperties: false,
  properties: { type: { type: 'string', const: 'link.locked' }, timestamp, data: linkData },
} as const

/** The link ended unused. */
export const linkExpired = {
  type: 'object',
  title: 'LinkExpired',
  description: `The link ended unused. This comes when its item is removed: an hour after \`expiresAt\` or later. ${description}`,
  required: members,
  additionalProperties: false,
  properties: { type: { type: 'string', const: 'link.expired' }, timestamp, data: linkData },
} as const

/** The link was revoked. */
export const linkRevoked = {
  type: 'object',
  title: 'LinkRevoked',
  description: `The link was revoked, used or not. ${description}`,
  required: members,
  additionalProperties: false,
  properties: { type: { type: 'string', const: 'link.revoked' }, timestamp, data: usedLinkData },
} as const

/** What CloudFront's log says of the download, as `GET /links/{id}` shows it. */
const delivery = {
  type: 'object',
  description: 'What is known of the download.',
  required: ['state', 'bytes', 'summary'],
  additionalProperties: false,
  properties: {
    state: { type: 'string', enum: ['none', 'started', 'partial', 'complete'], description: 'How far it came.' },
    bytes: { type: 'integer', minimum: 0, description: 'Bytes that CloudFront wrote.' },
    size: { type: 'integer', minimum: 0, description: 'Size of the file, in bytes, if it is known.' },
    firstAt: { ...timeField, description: 'When the first response began.' },
    lastAt: { ...timeField, description: 'When the last response ended.' },
    summary: { type: 'string', description: 'The same in words, for people. The text may change.' },
  },
} as const

const { deployment, id, reference, notify } = link

/** The file was delivered. */
export const linkDelivered = {
  type: 'object',
  title: 'LinkDelivered',
  description: `CloudFront wrote the whole file, mostly said within an hour. Only with the setting \`deliveryProof\`, and of links with a receipt. ${description}`,
  required: members,
  additionalProperties: false,
  properties: {
    type: { type: 'string', const: 'link.delivered' },
    timestamp,
    data: {
      type: 'object',
      description: 'The link and its download.',
      required: ['deployment', 'id', 'notify', 'delivery'],
      additionalProperties: false,
      properties: { deployment, id, reference, notify, delivery },
    },
  },
} as const

/** Schemas of all webhooks, by `type`. */
export const webhooks = {
  'link.redeemed': linkRedeemed,
  'link.refused': linkRefused,
  'link.locked': linkLocked,
  'link.expired': linkExpired,
  'link.revoked': linkRevoked,
  'link.delivered': linkDelivered,
} as const
