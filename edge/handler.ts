import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { rootNameOf } from '../shared/root-name.ts'
import { routeFrom } from '../shared/route.ts'
import type { Pages } from './pages/pages.ts'
import type { LogLine, Ports } from './ports.ts'
import { type Opening, parse } from './parse.ts'
import { type Outcome, redeem, type Ways } from './redeem.ts'
import { respond } from './respond.ts'

/** A Lambda@Edge viewer-request function. */
export type EdgeHandler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/**
 * The function behind `/d/*`: event in, response out, one log line. It always answers and never passes the request on,
 * so nothing can be had from the origin through this path. It never rejects: what goes wrong here is a 503.
 * `edgeRegion` is the Region in which it runs.
 */
export function createHandler(ports: Ports, deployment: Deployment, edgeRegion: string): EdgeHandler {
  const ways = waysOf(deployment, edgeRegion)
  const { uniformRefusals: uniform, brand } = deployment
  const pages = pagesFor(brand)
  return async event => {
    const startedAt = ports.clock.now()
    const opening = parse(event)
    const outcome = await settle(() => redeem(opening, ports, ways))
    ports.log({ ...lineFor(opening, outcome), ms: ports.clock.now() - startedAt })
    return respond(outcome, opening, { uniform, pages: showsPage(outcome, opening) ? await pages() : undefined })
  }
}

function showsPage(outcome: Outcome, { accept }: Opening): boolean {
  if (accept !== 'html' || outcome.kind === 'described') return false
  return outcome.kind !== 'redeemed' || outcome.media
}

/** Pages are a module of their own, loaded when the first is shown; should that fail, browsers get what programs do. */
function pagesFor(brand: Deployment['brand']): () => Promise<Pages | undefined> {
  let pages: Pages | undefined
  return async () => {
    const loaded = pages ?? (await import('./pages/pages.ts').catch(() => undefined))?.createPages(brand)
    pages = loaded
    return loaded
  }
}

function waysOf(deployment: Deployment, edgeRegion: string): Ways {
  const { linkOrigin, receiptViewer } = deployment
  const scheme = linkOrigin?.startsWith('http:') ? 'http' : 'https'
  return { scheme, route: routeFrom(edgeRegion, deployment), edgeRegion, receiptViewer }
}

/** The one place where a fault becomes an answer: fail closed. */
async function settle(redeeming: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await redeeming()
  } catch (cause) {
    return { kind: 'refused', reason: 'failed', cause }
  }
}

function lineFor({ requestId }: Opening, outcome: Outcome): Omit<LogLine, 'ms'> {
  switch (outcome.kind) {
    case 'redeemed':
      return { outcome: 'redeemed', linkId: outcome.linkId, requestId, storeMs: outcome.storeMs }
    case 'described':
      return {
        outcome: 'described',
        ...(outcome.linkId ? { linkId: outcome.linkId } : {}),
        requestId,
        ...(outcome.storeMs === undefined ? {} : { storeMs: outcome.storeMs }),
      }
    case 'asked':
      return { outcome: 'asked', linkId: outcome.linkId, requestId, storeMs: outcome.storeMs }
    case 'refused':
      return {
        outcome: 'refused',
        reason: outcome.reason,
        ...(outcome.linkId ? { linkId: outcome.linkId } : {}),
        requestId,
        ...(outcome.storeMs === undefined ? {} : { storeMs: outcome.storeMs }),
        ...(outcome.cause === undefined ? {} : { error: rootNameOf(outcome.cause) }),
      }
  }
}
