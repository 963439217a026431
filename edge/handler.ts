import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { rootErrorName } from '../shared/errors.ts'
import { routeFrom } from '../shared/route.ts'
import type { Pages } from './pages/pages.ts'
import type { LogLine, Ports } from './ports.ts'
import { type ViewerRequest, parseViewerRequest } from './viewer-request.ts'
import type { Outcome } from './outcome.ts'
import { redeem, type EdgeContext } from './redeem.ts'
import { respond } from './respond.ts'

/** A Lambda@Edge viewer-request function. */
export type EdgeHandler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/**
 * The function behind `/d/*`: event in, response out, one log line. It always answers and never passes the request on,
 * so nothing can be had from the origin through this path. It never rejects: what goes wrong here is a 503,
 * but for a page that can't be made: then a browser gets what programs do. `edgeRegion` is the Region in which it runs.
 */
export function createHandler(ports: Ports, deployment: Deployment, edgeRegion: string): EdgeHandler {
  const ways = waysOf(deployment, edgeRegion)
  const { uniformRefusals: uniform, brand } = deployment
  const pages = pagesFor(brand)
  return async event => {
    const startedAt = ports.clock.now()
    const opening = parseViewerRequest(event)
    const outcome = await settle(() => redeem(opening, ports, ways))
    let response: CloudFrontResultResponse
    let error: string | undefined
    try {
      const shown = showsPage(outcome, opening) ? pages() : undefined
      response = respond(outcome, opening, { uniform, pages: shown instanceof Promise ? await shown : shown })
    } catch (cause) {
      // There is no page to be had: browsers get what programs do.
      response = respond(outcome, opening, { uniform, pages: undefined })
      error = rootErrorName(cause)
    }
    ports.log(lineFor(opening, outcome, { error, ms: ports.clock.now() - startedAt }))
    return response
  }
}

function showsPage(outcome: Outcome, { accept }: ViewerRequest): boolean {
  if (accept !== 'html') return false
  return outcome.kind === 'unconfirmed' || outcome.kind === 'refused' || (outcome.kind === 'redeemed' && outcome.media)
}

/** Pages are a module of their own, loaded when the first is shown. */
function pagesFor(brand: Deployment['brand']): () => Pages | Promise<Pages> {
  let loaded: Pages | undefined
  return () => loaded ?? import('./pages/pages.ts').then(({ createPages }) => (loaded ??= createPages(brand)))
}

function waysOf(deployment: Deployment, edgeRegion: string): EdgeContext {
  const { linkOrigin, receiptAddress } = deployment
  const scheme = linkOrigin?.startsWith('http:') ? 'http' : 'https'
  return { scheme, route: routeFrom(edgeRegion, deployment), edgeRegion, receiptAddress }
}

/** The one place where a fault becomes an answer: fail closed. */
async function settle(redeeming: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await redeeming()
  } catch (cause) {
    return { kind: 'refused', reason: 'failed', cause }
  }
}

function lineFor(
  { requestId }: ViewerRequest,
  outcome: Outcome,
  { error, ms }: Pick<LogLine, 'error' | 'ms'>,
): LogLine {
  const { kind, linkId, storeMs } = outcome
  const refusal = outcome.kind === 'refused' ? outcome : undefined
  return {
    outcome: kind,
    reason: refusal?.reason,
    linkId,
    requestId,
    ms,
    storeMs,
    sameClient: refusal?.sameClient || undefined,
    error: refusal?.cause === undefined ? error : rootErrorName(refusal.cause),
  }
}
