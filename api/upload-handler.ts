import type { APIGatewayProxyEvent } from 'aws-lambda'
import { uploadRoutes } from '../shared/api-routes.ts'
import type { Parsed } from '../shared/fields.ts'
import { accessControl } from './access.ts'
import { beginUpload, readUpload, type UploadInput } from './begin-upload.ts'
import type { WithIssuers } from './local-deployment.ts'
import { identityOf } from './principal.ts'
import { type ApiHandler, proxyHandler } from './proxy-handler.ts'
import { countByMaximum, meterOf } from './quota.ts'
import { readCaller, readJson } from './request.ts'
import { type ApiResult, refuse, unavailable } from './result.ts'
import { type RouteContext, type RouteFunction, type RouteFunctions, runRoute } from './routes.ts'
import { completeUpload, endUpload, readComplete, readParts, signParts } from './send-upload.ts'
import type { UploadPorts } from './upload-ports.ts'
import { type UploadContext, type UploadRecord, usable } from './uploads.ts'

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
    return { decide: () => runRoute(event, uploads, context), headersOf: meter.headersOf }
  })
}

type Context = UploadContext & RouteContext & { readonly deployment: WithIssuers }

const functions: RouteFunctions<typeof uploadRoutes, Context> = {
  beginUpload: withBody(readUpload, begin),
  signParts: withBody(readParts, toUpload(signParts)),
  completeUpload: withBody(readComplete, toUpload(completeUpload)),
  endUpload: (event, context) => onUpload(event, context, endUpload),
}
const uploads = { routes: uploadRoutes, functions }

type RunWith<Input> = (event: APIGatewayProxyEvent, context: Context, input: Input) => Promise<ApiResult>

function withBody<Input>(read: (body: unknown) => Parsed<Input>, run: RunWith<Input>): RouteFunction<Context> {
  return async (event, context) => {
    const body = readJson(event)
    if (body.kind !== 'json') return body
    const input = read(body.value)
    return input.ok ? run(event, context, input.value) : refuse('invalid-fields', { errors: input.invalid })
  }
}

async function begin(event: APIGatewayProxyEvent, context: Context, input: UploadInput): Promise<ApiResult> {
  const caller = readCaller(event, context.deployment)
  if (!caller.ok) return refuse('invalid-fields', { errors: caller.invalid })
  return beginUpload(input, caller.value, context)
}

function toUpload<Input>(
  run: (record: UploadRecord, context: Context, input: Input) => Promise<ApiResult>,
): RunWith<Input> {
  return (event, context, input) => onUpload(event, context, record => run(record, context, input))
}

/** Runs `run` on the upload that the path names. A text that is no id is the id of no upload. */
async function onUpload(event: APIGatewayProxyEvent, context: Context, run: typeof endUpload): Promise<ApiResult> {
  const [, id] = /^\/uploads\/([\w-]{43})(?:\/|$)/.exec(event.path) ?? []
  const record = id === undefined ? undefined : await usable(await context.ports.uploads.find(id), context)
  return record === undefined ? refuse('no-such-upload') : run(record, context)
}
