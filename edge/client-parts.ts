import type { Address } from '../shared/address.ts'
import type { NonceClaims } from '../shared/nonce.ts'
import type { CheckedNonce } from '../shared/redemption/check-nonce.ts'
import { type Client, clientSecret, draftReceipt, freshClient } from '../shared/redemption/receipt.ts'
import type { EdgeContext, Ports } from './ports.ts'
import type { ViewerRequest } from './viewer-request.ts'

/** Returns what the redemption takes from its client, as far as the link needs it. A receipt is hashed only for a link that keeps one. */
export function partsOfClient(
  request: ViewerRequest,
  { nonce, claims, keys }: CheckedNonce,
  { context, ...at }: { context: EdgeContext; viewer: Address; origin: string },
) {
  const client = clientOf(request, claims, context.ports)
  if (client === undefined) return {}
  const { flags } = claims
  const subject = { client, userAgent: request.userAgent, ...at }
  const isProgram = request.accept === 'any'
  return {
    receipt: flags.receipt ? draftReceipt(subject, nonce, { ...context, mac: keys.mac }) : undefined,
    cookie: client.kind === 'cookie' ? client.id : undefined,
    secret: flags.client
      ? { value: clientSecret(client, nonce), isBrought: client.secret !== undefined, isProgram }
      : undefined,
  }
}

/**
 * Returns the client, who gets an id if it has none and the link needs one: to be opened again by the same browser, or to be
 * bound to its client.
 */
function clientOf({ client }: ViewerRequest, { flags }: NonceClaims, { random }: Ports): Client | undefined {
  if (typeof client === 'object') return client
  if (!flags.receipt && !flags.client) return undefined
  const fresh = freshClient(random)
  return flags.receipt ? { kind: 'cookie', id: fresh.id } : fresh
}
