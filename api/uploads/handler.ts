import type { APIGatewayProxyEvent } from 'aws-lambda'
import { uploadRoutes } from '../../shared/api/routes.ts'
import type { Parsed } from '../../shared/fields.ts'
import { beginUpload, readUpload } from './begin-upload.ts'
import type { WithIssuers } from '../local-deployment.ts'
import { identityOf } from '../principal.ts'
import { type ApiHandler, proxyHandler } from '../proxy-handler.ts'
import { countByMaximum, meterOf } from '../quota.ts'
import { readBody, readSent } from '../request.ts'
import { type ApiResult, refuse, unavailable } from '../result.ts'
import type { RouteContext, RouteFunction, RouteFunctions } from '../routes.ts'
import { completeUpload, endUpload, readComplete, readParts, signParts } from './send-upload.ts'
import type { UploadPorts } from './ports.ts'
import { type UploadContext, type UploadRecord, usable } from './uploads.ts'

/** Makes the function behind `/uploads`. It responds to any error with 503. */
export function createUploadHandler(ports: UploadPorts, deployment: WithIssuers): ApiHandler {
  const counted = { ...ports, quota: countByMaximum(ports.quota) }
  const options = { ports, issuers: deployment.issuers, onError: unavailable }
  return proxyHandler(options, { routes: uploadRoutes, functions }, (event, access) => {
    const own = { ...deployment, callerQuota: access.requestsPerMinute ?? deployment.callerQuota }
    const meter = meterOf(event, { ports: counted, deployment: own })
    return { ports, deployment: own, access, meter, identity: identityOf(event, deployment) }
  })
}

type Context = UploadContext & RouteContext & { readonly deployment: WithIssuers }

const functions: RouteFunctions<typeof uploadRoutes, Context> = {
  beginUpload: begin,
  signParts: withBody(readParts, signParts),
  completeUpload: withBody(readComplete, completeUpload),
  endUpload: (event, context) => onUpload(event, context, endUpload),
}

async function begin(event: APIGatewayProxyEvent, context: Context): Promise<ApiResult> {
  const { deployment } = context
  const sent = readSent(event, readUpload, { deployment })
  return sent.kind === 'sent' ? beginUpload(sent.input, sent.caller, context) : sent
}

/** Runs `run` on the upload that the path names, with the body. */
function withBody<Input>(
  parse: (body: unknown) => Parsed<Input>,
  run: (record: UploadRecord, context: Context, input: Input) => Promise<ApiResult>,
): RouteFunction<Context> {
  return async (event, context) => {
    const body = readBody(event, parse)
    return body.kind === 'body' ? onUpload(event, context, record => run(record, context, body.input)) : body
  }
}

/** Runs `run` on the upload that the path names. A text that is no id is the id of no upload. */
async function onUpload(event: APIGatewayProxyEvent, context: Context, run: typeof endUpload): Promise<ApiResult> {
  const [, id] = /^\/uploads\/([\w-]{43})(?:\/|$)/.exec(event.path) ?? []
  const record = id === undefined ? undefined : await usable(await context.ports.uploads.find(id), context)
  return record === undefined ? refuse('no-such-upload') : run(record, context)
}
