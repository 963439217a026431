import type { APIGatewayProxyEvent } from 'aws-lambda'
import { accessControl } from './access.ts'
import { beginUpload, parseUploadInput } from './begin-upload.ts'
import type { WithIssuers } from './local-deployment.ts'
import { identityOf } from './principal.ts'
import { type ApiHandler, proxyHandler } from './proxy-handler.ts'
import { countByMaximum, meterOf } from './quota.ts'
import { readCaller, readJson } from './request.ts'
import { type ApiResult, refuse, unavailable } from './result.ts'
import { type ApiRoute, type RouteContext, runRoute } from './routes.ts'
import { completeUpload, signParts } from './send-upload.ts'
import type { UploadPorts } from './upload-ports.ts'
import { endUpload, type UploadContext } from './uploads.ts'

/**
 * Makes the function behind `/uploads`. It responds to any error with 503, and refuses a caller that is no issuer before it looks at
 * anything else.
 */
export function createUploadHandler(ports: UploadPorts, deployment: WithIssuers): ApiHandler {
  const counted = { ...ports, quota: countByMaximum(ports.quota) }
  const admit = accessControl(deployment.issuers)
  return proxyHandler(ports, unavailable, (event, startedAt) => {
    const admitted = admit(event, startedAt)
    if (admitted.kind !== 'admitted') return { decide: async () => admitted }
    const { access } = admitted
    const own = { ...deployment, callerQuota: access.requestsPerMinute ?? deployment.callerQuota }
    const meter = meterOf(event, { ports: counted, deployment: own })
    const context = { ports, deployment: own, access, meter, identity: identityOf(event, deployment) }
    return { decide: () => runRoute(event, routes, context), headersOf: meter.headersOf }
  })
}

type Context = UploadContext & RouteContext & { readonly deployment: WithIssuers }

const routes: readonly ApiRoute<Context>[] = [
  { method: 'POST', path: '/uploads', verb: 'issue', run: begin },
  {
    method: 'DELETE',
    path: '/uploads/{id}',
    verb: 'issue',
    run: (event, context) => ofUpload(event, endUpload, context),
  },
  { method: 'POST', path: '/uploads/{id}/parts', verb: 'issue', run: withBody(signParts) },
  { method: 'POST', path: '/uploads/{id}/complete', verb: 'issue', run: withBody(completeUpload) },
]

async function begin(event: APIGatewayProxyEvent, context: Context): Promise<ApiResult> {
  const body = readJson(event)
  if (body.kind !== 'json') return body
  const caller = readCaller(event, context.deployment)
  if (!caller.ok) return refuse('invalid-fields', { errors: caller.invalid })
  return beginUpload(parseUploadInput(body.value), caller.value, context)
}

function withBody(run: typeof signParts): ApiRoute<Context>['run'] {
  return async (event, context) => {
    const body = readJson(event)
    return body.kind === 'json' ? ofUpload(event, id => run(id, body.value, context), context) : body
  }
}

/** Runs `run` for the upload that the path names. A text that is no id is the id of no upload. */
async function ofUpload(event: APIGatewayProxyEvent, run: typeof endUpload, context: Context): Promise<ApiResult> {
  const [, id] = /^\/uploads\/([\w-]{43})(?:\/|$)/.exec(event.path) ?? []
  return id === undefined ? refuse('no-such-upload') : run(id, context)
}
