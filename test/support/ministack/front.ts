import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { functionResponse } from '../../../emulator/cloudfront/content.ts'
import { respondByFunction } from '../../../emulator/cloudfront/viewer-request.ts'
import { type OriginResponse, send, xmlResponse } from '../../../emulator/s3/origin.ts'
import { listenOnLoopback } from '../../../emulator/servers.ts'
import { apiBehind, passToApi } from './front/api-origin.ts'
import { type FrontOptions, gateOf, originOf, type Parts, signatureOf, viewerRequestOf } from './front/parts.ts'
import { conditionalHeaders } from '../../../emulator/s3/conditions.ts'
import { withHeadersPolicy } from './front/headers.ts'
import { type Behaviour, behaviourFor, controlPlaneAt, type DeployedDistribution } from './front/wiring.ts'

/** The data plane of CloudFront. Viewers reach it under the host of their distribution, from any address of loopback. */
export interface Front {
  /** Where it listens, without TLS: requests are treated as those that came over HTTPS. */
  readonly origin: string
  close(): Promise<void>
}

/**
 * Serves viewers of the distributions that are deployed at an endpoint. MiniStack has CloudFront's control plane only, so this is
 * ours, of parts of our emulator. What it adds is the wiring: it reads path patterns, methods, functions with their versions, key
 * groups, policies, origins and error pages with each request from what was deployed, and from nothing else. Functions run in
 * MiniStack; objects come from its buckets, if their policy allows the distribution.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const server = await listenOnLoopback(0)
  const parts: Parts = { ...options, control: controlPlaneAt(options), origins: new Map(), gates: new Map() }
  server.serve((request, response) => {
    respond(request, response, parts).catch((error: unknown) => {
      console.error('front of CloudFront:', error)
      response.destroy()
    })
  })
  return { origin: server.origin, close: () => server.close() }
}

/** One request of a viewer, at its distribution and behaviour. */
interface Visit {
  readonly request: IncomingMessage
  readonly distribution: DeployedDistribution
  readonly behaviour: Behaviour
  readonly requestId: string
  readonly parts: Parts
}

async function respond(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const requestId = randomBytes(24).toString('base64url')
  response.setHeader('x-amz-cf-id', requestId)
  const distribution = await parts.control.distribution(request.headers.host ?? '')
  if (distribution?.config.Enabled !== true) {
    return send(
      response,
      xmlResponse(421, { code: 'NoDistribution', message: 'No enabled distribution has this host' }),
    )
  }
  const path = URL.parse(request.url ?? '', 'https://edge')?.pathname.replace(/\/+/g, '/') ?? '/'
  const behaviour = behaviourFor(path, distribution.config)
  const visit = { request, distribution, behaviour, requestId, parts }
  const api = apiBehind(behaviour, distribution)
  if (api !== undefined) return passToApi(request, response, { api, behaviour, parts })
  const isAllowed = behaviour.AllowedMethods?.Items?.some(method => method === request.method) ?? false
  const run = viewerRequestOf(behaviour, distribution, parts)
  const includeBody = behaviour.LambdaFunctionAssociations?.Items?.[0]?.IncludeBody === true
  if (isAllowed && run !== undefined) return respondByFunction(request, response, { run, requestId, includeBody })
  const result = isAllowed ? await contentFor(visit) : refused('AccessDenied')
  await send(response, result.kind === 'final' ? result.response : await withErrorPage(result.response, visit))
}

/** A response, and whether an error page may replace it: it never does for one that a function made. */
interface Result {
  readonly kind: 'final' | 'replaceable'
  readonly response: OriginResponse
}

const refused = (code: string): Result => ({
  kind: 'replaceable',
  response: xmlResponse(403, { code, message: 'Access denied' }),
})

async function contentFor({ request, distribution, behaviour, requestId, parts }: Visit): Promise<Result> {
  const { method, headers } = request
  const signature = await signatureOf(request, behaviour, parts)
  const isRefusedFirst = signature.kind === 'refused' && parts.gateOrder !== 'before-signature'
  const gate = isRefusedFirst ? undefined : await gateOf(behaviour, parts)
  const decision = gate?.(request, requestId)
  if (decision !== undefined && decision.kind !== 'pass') return { kind: 'final', response: functionResponse(decision) }
  if (signature.kind === 'refused') return refused(signature.code)
  const { pathname, search } = splitTarget(signature.url)
  const origin = await originOf(behaviour, distribution, parts)
  const found = await origin({
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    target: `${pathname === '/' ? rootOf(distribution) : pathname}${search}`,
    headers: conditionalHeaders(headers),
  })
  return { kind: 'replaceable', response: await withPolicy(found, behaviour, parts) }
}

/** Returns the path of the object that a distribution has at its root. */
function rootOf({ config }: DeployedDistribution): string {
  return `/${config.DefaultRootObject ?? ''}`
}

/** Returns path and query as they were sent: `URL` would normalise them. */
function splitTarget(url: string): { readonly pathname: string; readonly search: string } {
  const [, pathname = '/', search = ''] = /^https:\/\/[^/]*([^?]*)(.*)$/s.exec(url) ?? []
  return { pathname, search }
}

async function withPolicy(found: OriginResponse, behaviour: Behaviour, { control }: Parts): Promise<OriginResponse> {
  const { ResponseHeadersPolicyId: id } = behaviour
  if (id === undefined || id === '') return found
  return { ...found, headers: withHeadersPolicy(found.headers, await control.headersPolicy(id)) }
}

/** Shows the distribution's page for an error, with the headers of the page's behaviour: AWS does not say whose. */
async function withErrorPage(response: OriginResponse, { distribution, parts }: Visit): Promise<OriginResponse> {
  const rules = distribution.config.CustomErrorResponses?.Items ?? []
  const rule = rules.find(({ ErrorCode }) => ErrorCode === response.status)
  const { ResponsePagePath: page = '', ResponseCode: code = '' } = rule ?? {}
  if (page === '') return response
  const behaviour = behaviourFor(page, distribution.config)
  const origin = await originOf(behaviour, distribution, parts)
  const shown = await withPolicy(await origin({ method: 'GET', target: page, headers: {} }), behaviour, parts)
  if (shown.status !== 200) return response
  response.body?.destroy()
  return { ...shown, status: Number(code) }
}
