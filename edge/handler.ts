import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import type { EdgeDeployment } from '../shared/edge-deployment.ts'
import { rootErrorName } from '../shared/errors.ts'
import { routeFrom } from '../shared/route.ts'
import type { Outcome } from './outcome.ts'
import type { Pages } from './pages/pages.ts'
import type { EdgeContext, LogLine, Ports } from './ports.ts'
import { prepare } from './prepare.ts'
import { redeem } from './redeem.ts'
import { respond } from './respond.ts'
import { parseViewerRequest, type ViewerRequest } from './viewer-request.ts'

/** A Lambda@Edge viewer-request function. */
export type EdgeHandler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/**
 * Creates the function behind `/d/*`: event in, response out, one log line. It always responds and never passes the request
 * on, so this path serves nothing from the origin. It never rejects: a failure here is a 503; if a page can't be made, a
 * browser gets what programs get. `edgeRegion` is the Region in which it runs.
 */
export function createHandler(ports: Ports, deployment: EdgeDeployment, edgeRegion: string): EdgeHandler {
  const context = contextOf(ports, deployment, edgeRegion)
  const { uniformRefusals: uniform, brand } = deployment
  const pages = pagesFor(brand, ports.clock)
  return async event => {
    const startedAt = ports.clock.now()
    const request = parseViewerRequest(event)
    const outcome = await outcomeOf(request, context)
    let response: CloudFrontResultResponse
    let error: string | undefined
    try {
      const shown = showsPage(outcome, request) ? pages() : undefined
      response = respond(outcome, request, { uniform, pages: shown instanceof Promise ? await shown : shown })
    } catch (cause) {
      // Without a page, browsers get what programs get.
      response = respond(outcome, request, { uniform, pages: undefined })
      error = rootErrorName(cause)
    }
    ports.log(lineFor(request, outcome, { error, ms: ports.clock.now() - startedAt }))
    return response
  }
}

/** Prepares and redeems. The one place where a failure becomes an outcome: it fails closed. */
async function outcomeOf(request: ViewerRequest, context: EdgeContext): Promise<Outcome> {
  try {
    const prepared = await prepare(request, context)
    return prepared.kind === 'prepared' ? await redeem(prepared, context) : prepared
  } catch (cause) {
    return { kind: 'refused', reason: 'failed', cause }
  }
}

/** Browsers get pages, but not in place of a file that they asked for by the link itself. */
function showsPage(outcome: Outcome, { accept, method }: ViewerRequest): boolean {
  if (accept !== 'html') return false
  if (outcome.kind !== 'redeemed') return outcome.kind === 'unconfirmed' || outcome.kind === 'refused'
  return outcome.media || method === 'POST' || outcome.file.confirm !== undefined
}

/** Loads pages, a module of their own, when the first one is shown. */
function pagesFor(brand: EdgeDeployment['brand'], clock: Ports['clock']): () => Pages | Promise<Pages> {
  let loaded: Pages | undefined
  return () => loaded ?? import('./pages/pages.ts').then(({ createPages }) => (loaded ??= createPages(brand, clock)))
}

function contextOf(ports: Ports, deployment: EdgeDeployment, edgeRegion: string): EdgeContext {
  const scheme = deployment.linkOrigin?.startsWith('http:') ? 'http' : 'https'
  return { ...deployment, ports, scheme, route: routeFrom(edgeRegion, deployment), edgeRegion }
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
