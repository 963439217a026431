import { isProblem, parseJsonObject } from '../../client/problem.ts'
import { bindingParameters } from '../../shared/binding.ts'
import { rfc3339, secondsOf } from '../../shared/time.ts'
import { UnreachableError } from '../command.ts'
import type { HttpResponse } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { shortened, singleLine } from '../terminal/text.ts'
import type { Source, UrlRefusal } from './download.ts'
import { type Broken, final, retryable } from './file-response.ts'
import { type Capability, redeemLink, type RedeemRequest } from './redeem-link.ts'

/** Longest title of a refusal that is shown, in characters. */
const maxShownLength = 200

/** How to ask for a capability again. */
export interface RepeatedRedemption {
  readonly request: RedeemRequest
  /** Called with the capability that the link returned again. */
  readonly onCapability: (capability: Capability) => Promise<void>
}

/**
 * Returns what to do if the URL is refused. Before its end, asks the link again as the same client, once at each place of the
 * file: from another address, a link with a receipt returns a URL that works there, if it is bound to its client.
 */
export function afterRefusal({ request, onCapability }: RepeatedRedemption, ports: Ports): Source['onRefused'] {
  let askedAt: number | undefined
  return async ({ capability, response, bytes }: UrlRefusal) => {
    const { expiresAt } = capability
    if (expiresAt !== undefined && timeOf(response, ports) >= expiresAt) {
      return { ...final(`the URL ended at ${rfc3339(secondsOf(expiresAt))}`), refusal: 'ended' }
    }
    const refused = {
      ...final(`the URL was refused before its end${await reasonIn(response)}`),
      ...refusalOf(capability),
    }
    // Bound to an address, the link would return the same URL, or count as used once more.
    if (askedAt === bytes || refused.refusal === 'other-address') return refused
    try {
      const result = await redeemLink(request, ports)
      if (result.kind === 'refused') return refused
      askedAt = bytes
      const { kind: _, ...again } = result
      await onCapability(again)
      return { kind: 'capability', capability: again }
    } catch (error) {
      if (error instanceof UnreachableError) return retryable(refused.why)
      throw error
    }
  }
}

/** The server's time decides; this machine's clock may be wrong. */
function timeOf(response: HttpResponse, { clock }: Ports): number {
  const date = Date.parse(response.header('date') ?? '')
  return Number.isNaN(date) ? clock.now() : date
}

/** The gate says why in a problem document. CloudFront shows only a page, also for a file that is missing. */
async function reasonIn(response: HttpResponse): Promise<string> {
  if (!isProblem(response.status, response.header('content-type'))) return ', or the sender removed the file'
  const { title } = parseJsonObject(await response.text())
  return typeof title === 'string' ? `: ${singleLine(shortened(title, maxShownLength))}` : ''
}

/** A capability that is bound to an address was opened from another one, or nothing is known. */
function refusalOf({ url, cookie = '' }: Capability): Pick<Broken, 'refusal'> {
  const { searchParams } = new URL(url)
  const policy = searchParams.get('Policy') ?? /CloudFront-Policy=([^;]*)/.exec(cookie)?.[1] ?? ''
  const isByAddress = searchParams.has(bindingParameters.address) && !searchParams.has(bindingParameters.client)
  return isByAddress || textOf(policy).includes('"AWS:SourceIp"') ? { refusal: 'other-address' } : {}
}

/** Decodes CloudFront's base64 (AWS, "Create a signed URL using a custom policy"). */
function textOf(policy: string): string {
  return Buffer.from(policy.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString()
}
