import { endpointIdPattern } from '../webhooks/endpoints.ts'
import { shownSchemas } from '../options/options.ts'
import { linkIdField, objectOf, timeField } from '../schema-fields.ts'

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

const linkData = objectOf({ description: 'The link.', required, properties: link })

const use = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{8}$',
  description: 'Which use it is, of a link with several: its `id` in `uses`.',
} as const

const usedLinkData = { ...linkData, properties: { ...link, use, ...receipt } } as const

/** What CloudFront's log says of the download, as `GET /links/{id}` shows it. */
const delivery = objectOf({
  description: 'What is known of the download.',
  required: ['state', 'bytes', 'summary'],
  properties: {
    state: { type: 'string', enum: ['none', 'started', 'partial', 'complete'], description: 'How far it came.' },
    bytes: { type: 'integer', minimum: 0, description: 'Bytes that CloudFront wrote.' },
    size: { type: 'integer', minimum: 0, description: 'Size of the file, in bytes, if it is known.' },
    firstAt: { ...timeField, description: 'When the first response began.' },
    lastAt: { ...timeField, description: 'When the last response ended.' },
    summary: { type: 'string', description: 'The same in words, for people. The text may change.' },
  },
})

const { deployment, id, reference, notify } = link

/** Makes the schema of the webhook `type`, of which `about` says when it is sent. */
function webhook<const Type extends string, const Data extends object>(
  type: Type,
  { title, about, data }: { readonly title: string; readonly about: string; readonly data: Data },
) {
  return objectOf({
    title,
    description: `${about} ${description}`,
    required: ['type', 'timestamp', 'data'],
    properties: { type: { type: 'string', const: type }, timestamp, data },
  })
}

/** Schemas of all webhooks, by `type`. */
export const webhooks = {
  'link.redeemed': webhook('link.redeemed', {
    title: 'LinkRedeemed',
    about: 'The link was used, also if the viewer never got the response.',
    data: usedLinkData,
  }),
  'link.refused': webhook('link.refused', {
    title: 'LinkRefused',
    about:
      'The link was used before, and another client was refused: it may have the link from someone else. Only of links with a receipt.',
    data: { ...usedLinkData, required: [...required, 'redeemedAt', 'urlExpiresAt'] },
  }),
  'link.locked': webhook('link.locked', {
    title: 'LinkLocked',
    about:
      'The last try at the passphrase was made. If it was right, `link.redeemed` follows within seconds; otherwise the link works no more.',
    data: linkData,
  }),
  'link.expired': webhook('link.expired', {
    title: 'LinkExpired',
    about: 'The link ended unused. This comes when its item is removed: an hour after `expiresAt` or later.',
    data: linkData,
  }),
  'link.revoked': webhook('link.revoked', {
    title: 'LinkRevoked',
    about: 'The link was revoked, used or not.',
    data: usedLinkData,
  }),
  'link.requested': webhook('link.requested', {
    title: 'LinkRequested',
    about:
      'A recipient pressed the button that asks for a new link: this one has expired, is locked, or was used before. At most three times for a link, without a word or address of who pressed it.',
    data: usedLinkData,
  }),
  'link.unopened': webhook('link.unopened', {
    title: 'LinkUnopened',
    about: 'The reminder of a link: it still works, and was not used. Only with the setting `reminders`.',
    data: linkData,
  }),
  'link.received': webhook('link.received', {
    title: 'LinkReceived',
    about: 'The file of a link that takes one has arrived, also if its sender never got the response.',
    data: {
      ...usedLinkData,
      required: [...required, 'redeemedAt', 'urlExpiresAt', 'bytes'],
      properties: {
        ...usedLinkData.properties,
        bytes: { type: 'integer', minimum: 0, description: 'Size of the file, in bytes.' },
      },
    },
  }),
  'link.delivered': webhook('link.delivered', {
    title: 'LinkDelivered',
    about:
      'CloudFront wrote the whole file, mostly said within an hour. Only with the setting `deliveryProof`, and of links with a receipt.',
    data: objectOf({
      description: 'The link and its download.',
      required: ['deployment', 'id', 'notify', 'delivery'],
      properties: { deployment, id, use, reference, notify, delivery },
    }),
  }),
} as const
