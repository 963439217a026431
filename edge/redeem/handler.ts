import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import type { EdgeDeployment } from '../../shared/settings/deployment.ts'
import { rootErrorName } from '../../shared/errors.ts'
import { refused } from '../../shared/redemption/check-nonce.ts'
import { requestBudgetMs } from '../../shared/redemption/deadlines.ts'
import { redeem } from '../../shared/redemption/redeem.ts'
import type { DisplayedRefusal, Reason } from '../../shared/refusal.ts'
import { routeFrom } from '../../shared/table/route.ts'
import { plusMs } from '../../shared/time.ts'
import type { Outcome } from './outcome.ts'
import type { EdgeContext, EdgePorts, LogLine } from '../ports.ts'
import { outcomeFor, redeemerFor } from './redeemer.ts'
import { respond } from './respond.ts'
import { refuseEarly } from './unredeemed.ts'
import { parseViewerRequest, type ViewerRequest } from './viewer-request.ts'

/** A Lambda@Edge viewer-request function. */
export type EdgeHandler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/**
 * Creates the function behind `/d/*`: event in, response out, one log line. It always responds and never passes the request
 * on, so this path serves nothing from the origin. It never rejects: a failure here is a 503; if a page can't be made, a
 * browser gets what programs get. `edgeRegion` is the Region in which it runs.
 */
export function createHandler(ports: EdgePorts, deployment: EdgeDeployment, edgeRegion: string): EdgeHandler {
  const context = contextOf(ports, deployment, edgeRegion)
  const respondTo = createResponder(deployment, ports)
  return async event => {
    const startedAt = ports.clock.now()
    const request = parseViewerRequest(event, deployment.pageOrigins)
    const outcome = await outcomeOf(request, context)
    const { response, error } = await respondTo(outcome, request)
    ports.log(lineFor(request, outcome, { error, ms: ports.clock.now() - startedAt }))
    const { pageOrigin } = request
    return pageOrigin === undefined ? response : readableBy(pageOrigin, response)
  }
}

/** Returns a response that a page may read. It never rejects: at worst the page can't read it. */
async function readableBy(pageOrigin: string, response: CloudFrontResultResponse): Promise<CloudFrontResultResponse> {
  return loadCors().then(
    ({ withCors }) => withCors(response, pageOrigin),
    () => response,
  )
}

/** Redeems. The one place where a failure becomes an outcome: it fails closed. */
async function outcomeOf(request: ViewerRequest, context: EdgeContext): Promise<Outcome> {
  try {
    const limited = { ...context, deadline: plusMs(context.ports.clock.now(), requestBudgetMs) }
    // What the response of a page needs must not fail after the write.
    if (request.pageOrigin !== undefined) await loadCors()
    const early = await refuseEarly(request, limited)
    if (early !== undefined) return early
    if (request.askToken !== undefined) return await (await loadAsk()).askSender(request, limited)
    if (request.host === undefined) return refused('malformed')
    const redeemer = redeemerFor(request, `${context.scheme}://${request.host}`, limited)
    return outcomeFor(await redeem(request.nonce, redeemer, limited))
  } catch (cause) {
    return { kind: 'refused', reason: 'failed', cause }
  }
}

/** Browsers get pages, but not in place of a file that they requested by the link itself. */
function showsPage(outcome: Outcome, { accept, method }: ViewerRequest): boolean {
  if (accept !== 'html') return false
  if (outcome.kind !== 'redeemed') return outcome.kind !== 'confirmed' && outcome.kind !== 'probed'
  if (outcome.capability.token !== undefined) return false
  return outcome.media || method === 'POST' || outcome.file.confirm !== undefined || outcome.file.maxTries !== undefined
}

/** A response, and the name of the error because of which it has no page. */
interface Responded {
  readonly response: CloudFrontResultResponse
  readonly error?: string | undefined
}

/**
 * Returns what makes the response to an outcome, and never rejects. Pages, refusals and ask-sender are modules of their own, loaded
 * with the first response that needs them: a redemption does not.
 */
function createResponder(
  { uniformRefusals, brand, uploadApi }: EdgeDeployment,
  ports: EdgePorts,
): (outcome: Outcome, request: ViewerRequest) => Promise<Responded> {
  const loadPages = once(() =>
    import('../pages/pages.ts').then(({ createPages }) => createPages(brand, ports.clock, uploadApi)),
  )
  const loadRefusals = once(() => import('../../shared/refusal.ts'))
  const refusalOf = async (outcome: Outcome): Promise<DisplayedRefusal | undefined> => {
    const reason = reasonOf(outcome)
    return reason && (await loadRefusals()).displayedRefusal(reason, uniformRefusals)
  }
  return async (outcome, request) => {
    try {
      const pages = showsPage(outcome, request) ? await loadPages() : undefined
      const refusal = pages && outcome.kind === 'unconfirmed' ? undefined : await refusalOf(outcome)
      const mayAsk = pages && refusal && outcome.kind === 'refused' && (outcome.linkId ?? uniformRefusals)
      const shown = mayAsk ? (await loadAsk()).withButton(outcome, request, { ports, displayed: refusal }) : outcome
      return { response: respond(shown, request, { pages, refusal }) }
    } catch (cause) {
      // Without a page, browsers get what programs get.
      const refusal = await refusalOf(outcome).catch(() => undefined)
      return { response: respond(outcome, request, { refusal }), error: rootErrorName(cause) }
    }
  }
}

const loadAsk = () => import('./ask-sender.ts')
const loadCors = () => import('./page-cors.ts')

/** Returns why a request gets no capability; undefined if it gets one, or never would. */
function reasonOf(outcome: Outcome): Reason | undefined {
  if ('reason' in outcome) return outcome.reason
  return outcome.kind === 'unconfirmed' ? outcome.kind : undefined
}

/** Returns what loads a module once. A failure is not kept: the next call tries again. */
function once<Module>(load: () => Promise<Module>): () => Module | Promise<Module> {
  let loaded: Module | undefined
  return () => loaded ?? load().then(module => (loaded = module))
}

function contextOf(ports: EdgePorts, deployment: EdgeDeployment, edgeRegion: string): EdgeContext {
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
