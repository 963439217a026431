import { isClientBound, latestUse, type Link, type Receipt } from '../link.ts'
import { timeField } from '../schema-fields.ts'
import { rfc3339 } from '../time.ts'
import { type BindInput, bindOf } from './bind.ts'
import { mediaOf } from './media.ts'
import type { IssueContext } from './option.ts'

type Input = BindInput & {
  readonly receipt?: boolean
  readonly confirm?: true
  readonly passphrase?: unknown
}

/**
 * Returns whether a link has a receipt, or will. The item of one that was revoked unused doesn't show whether it would have kept one; it
 * will never have one.
 */
export function keepsReceipt(link: Pick<Link, 'state' | 'receipt' | 'uses'>): boolean {
  return link.state === 'live' || latestUse(link) !== undefined
}

/** JSON Schema of what a link shows of one use. */
export const receiptFields = {
  redeemedAt: { ...timeField, description: 'When the link was used.' },
  urlExpiresAt: { ...timeField, description: 'When the signed URL ends.' },
  edgeRegion: { type: 'string', description: 'The Region of the function that returned the URL.' },
  viewer: {
    type: 'string',
    description:
      'The /24 of the viewer, or its /48 if it is IPv6, `unknown`, or a keyed hash: this depends on the deployment.',
  },
  userAgent: { type: 'string', description: 'The family of the browser or program, such as `Firefox` or `curl`.' },
} as const

/** Returns what a link shows of one use: no id of a client, no hash. */
export function receiptView({ redeemedAt, urlExpiresAt, edgeRegion, viewer, userAgent }: Receipt) {
  return { redeemedAt: rfc3339(redeemedAt), urlExpiresAt: rfc3339(urlExpiresAt), edgeRegion, viewer, userAgent }
}

/** Whether a link keeps when, where and by whom it was used. `false` differs from nothing where the default is true. */
export const receipt = {
  schema: {
    type: 'boolean',
    description:
      'Keep a receipt: when, where and by whom the link was used. By default true with `confirm`, `passphrase`, `media`, `bind` `client` or `client-only`, else false.',
    'x-allowed': 'true or false',
  },
  /**
   * The item has a state. By default where a second request of the same viewer must not find the link gone: a page confirms, takes
   * a passphrase or plays, or a broken download goes on.
   */
  store(input: Input, { deployment }: IssueContext): Partial<Link> {
    const isRepeated =
      input.confirm === true ||
      input.passphrase !== undefined ||
      mediaOf(input) !== undefined ||
      isClientBound(bindOf(input, deployment))
    return (input.receipt ?? isRepeated) ? { state: 'live' } : {}
  },
  /** Its redemption is an update instead of a delete. */
  flag: { name: 'receipt', isSet: ({ state }: Pick<Link, 'state'>) => state !== undefined },
  view: {
    type: ['object', 'null'],
    description:
      'Only of links with a receipt, and of revoked links only if they were used before. Null until the link is used. Of a link with `uses`, the one whose signed URL ends last.',
    required: ['redeemedAt', 'urlExpiresAt', 'edgeRegion', 'viewer', 'userAgent'],
    additionalProperties: false,
    properties: receiptFields,
  },
  /** Null until the link is used, so that an issuer sees that there will be a receipt. */
  show(link: Pick<Link, 'state' | 'receipt' | 'uses'>) {
    if (!keepsReceipt(link)) return undefined
    const receipt = latestUse(link)
    return receipt === undefined ? null : receiptView(receipt)
  },
  again: (link: Pick<Link, 'state' | 'receipt' | 'uses' | 'replacedState'>) =>
    keepsReceipt(link) || link.replacedState !== undefined,
  words: {
    usage: ['--receipt', "keep when, where and by whom the link is used; --no-receipt: don't"],
    docs: ['what stays of its redemption ([receipts](delivery.md#receipts))', 'nothing'],
    privacy: ['`state`', 'live, used or revoked', 'no', '`receipt`'],
  },
} as const
