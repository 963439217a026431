import { issuerIdPattern, issuerIdRule } from '../callers/issuer-id.ts'
import { maxUnredeemedCount } from '../link.ts'
import { shownSchemas } from '../options/options.ts'
import { keyField, linkIdField, objectOf, timeField } from '../schema-fields.ts'
import { delivery } from '../delivery/schema.ts'
import { objectFields } from './issue-link.ts'

/** States of a link, as the API shows them. */
export const viewStates = ['live', 'used', 'revoked', 'locked', 'expired', 'not-yet-valid'] as const

const stateField = {
  type: 'string',
  enum: viewStates,
  description: 'State of the link.',
  'x-allowed': `one of ${viewStates.join(', ')}`,
} as const

const count = { type: 'integer', minimum: 0 } as const

/** Counts of requests that did not use a link. */
const unredeemed = objectOf({
  description: `Of the same links as the receipt: how many requests did not use it, while it was live and after its use. A count may be one too high or too low, and stops at ${maxUnredeemedCount}.`,
  required: ['unconfirmed', 'automated', 'probed', 'refusedAfterUse'],
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
        'Requests for the used link that were refused: another client may have the link, or the client that used it is at another address.',
    },
    lastAt: { ...timeField, description: 'Time of the last counted request; absent if there was none.' },
  },
})

/** The file that a link took. */
const received = objectOf({
  title: 'Received',
  description:
    'The file that a link took, as S3 has it: issue a link to its `key` to download it. Only of links with `upload` that were used, and only of `GET /links/{id}`.',
  required: ['state'],
  properties: {
    state: {
      type: 'string',
      enum: ['none', 'received', 'unchecked', 'refused', 'unknown'],
      description:
        '`none`: no file has arrived; `received`: one has; `unchecked`: one has, and its scan has no result yet; `refused`: its scan allows no link to it; `unknown`: S3 did not respond.',
    },
    key: keyField,
    filename: { type: 'string', description: 'Name of the file, as its sender calls it.' },
    size: objectFields.size,
    contentType: { ...objectFields.contentType, description: 'Media type, as its sender calls it.' },
    versionId: objectFields.versionId,
    sha256: { type: 'string', description: 'SHA-256 over the SHA-256 of all parts, in order, in Base64.' },
    at: { ...timeField, description: 'When the upload began whose file it is.' },
  },
})

/** How often the sender was asked for a new link. */
const requested = objectOf({
  description:
    'How often a recipient asked for a new link, once this one had ended: at most three times. Absent if it never happened.',
  required: ['count', 'lastAt'],
  properties: {
    count: { ...count, description: 'How often.' },
    lastAt: { ...timeField, description: 'When last.' },
  },
})

/** A link without its secret. */
export const linkView = objectOf({
  title: 'LinkView',
  description: 'A link without its secret.',
  required: [
    'id',
    'state',
    'key',
    'pinned',
    'homeRegion',
    'issuedAt',
    'expiresAt',
    'urlSeconds',
    'bind',
    'confirm',
    'media',
  ],
  properties: {
    id: linkIdField,
    state: stateField,
    key: keyField,
    issuer: {
      type: 'string',
      pattern: issuerIdPattern,
      description:
        'The issuer that owns the link. Only callers with the verb `admin` see it, and only of links that have one.',
    },
    ...objectFields,
    issuedAt: { ...timeField, description: 'When the link was issued.' },
    ...shownSchemas,
    replacedBy: { ...linkIdField, description: 'Only of links that were replaced: the link in place of it.' },
    unredeemed,
    requested,
    delivery,
    received,
  },
})

/** The response of `DELETE /links/{id}` for a link that was used before. */
export const revokedLink = objectOf({
  title: 'RevokedLink',
  description:
    'A link that was used and is now revoked: it hands out nothing more. Not of a link that takes a file, whose upload ends with it.',
  required: ['id', 'state', 'capabilityEndsAt'],
  properties: {
    id: linkIdField,
    state: { type: 'string', const: 'revoked', description: 'State of the link.' },
    capabilityEndsAt: {
      ...timeField,
      description:
        'Until then the URL that was handed out works, or the cookies of a player. To end it now, delete the version of the object, or the object if the link is not pinned.',
    },
  },
})

/** The query of `GET /links`. */
export const listQuery = objectOf({
  title: 'ListQuery',
  description: 'Which links to list.',
  properties: {
    reference: {
      ...shownSchemas.reference,
      description:
        'Only links with this reference, newest first. By default all links, in no order; of an issuer with `own`, those of the caller, newest first.',
    },
    state: { ...stateField, description: 'Only links in this state.' },
    issuer: {
      type: 'string',
      pattern: issuerIdPattern,
      description:
        'Only links of this issuer, for callers with the verb `admin`, who need it with `reference`. All others see their own.',
      'x-allowed': `the id of an issuer: ${issuerIdRule}`,
    },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 50,
      description: 'Most links in a page.',
      'x-allowed': 'a whole number from 1 to 100',
    },
    cursor: {
      type: 'string',
      pattern: '^[A-Za-z0-9._~-]{1,2048}$',
      description: 'The `next` of a page, to get the page after it. Send the same `reference`, `state` and `issuer`.',
      'x-allowed': 'the "next" of a page, with the same reference, state and issuer',
    },
  },
})

/** The response of `GET /links`. */
export const linkPage = /* @__PURE__ */ objectOf({
  title: 'LinkPage',
  description: 'A page of links.',
  required: ['links'],
  properties: {
    links: {
      type: 'array',
      items: linkView,
      maxItems: 100,
      description: 'May be fewer than `limit`, even none, although there are more.',
    },
    next: { type: 'string', description: 'The `cursor` of the next page; absent on the last one.' },
  },
})
