import type { APIGatewayProxyEvent } from 'aws-lambda'
import { receivedRoutes } from '../../shared/api/routes.ts'
import type { Parsed } from '../../shared/fields.ts'
import { uploadTokenHeader } from '../../shared/http.ts'
import { parseUploadToken } from '../../shared/received.ts'
import { routeFrom } from '../../shared/table/route.ts'
import type { WithIssuers } from '../local-deployment.ts'
import { type ApiHandler, runLogged } from '../proxy-handler.ts'
import { headerValues, readBody } from '../request.ts'
import { type ApiResult, refuse, respond, unavailable } from '../result.ts'
import { findRoute } from '../routes.ts'
import { readComplete, readParts } from './send-upload.ts'
import type { ReceivedPorts } from './received-ports.ts'
import {
  beginReceived,
  completeReceived,
  endReceived,
  findUpload,
  type NamedUpload,
  readReceived,
  type ReceivedContext,
  showReceived,
  signReceived,
} from './received.ts'

/** Returns whether a path is one of the file of a link. */
export function isReceivedPath(path: string): boolean {
  return /^\/received(?:\/|$)/.test(path)
}

/**
 * Makes the handler of `/received`, which runs in `region`. Its caller has no login: the token of each request says which upload it is for,
 * and its MAC is checked before any call. Responds to any error with 503.
 */
export function createReceivedHandler(ports: ReceivedPorts, deployment: WithIssuers, region: string): ApiHandler {
  const route = routeFrom(region, deployment)
  return async event => {
    const startedAt = ports.clock.now()
    const { requestId } = event.requestContext
    const decide = async () => runReceived(event, { ports, deployment, route })
    const { result, line } = await runLogged(decide, { requestId, startedAt, onError: unavailable }, ports)
    await ports.audit?.(event, startedAt, [line])
    return respond(result, requestId)
  }
}

async function runReceived(event: APIGatewayProxyEvent, context: Omit<ReceivedContext, 'right'>): Promise<ApiResult> {
  const id = findRoute(event, receivedRoutes)
  if (typeof id !== 'string') return id
  const [token = '', ...others] = headerValues(event, uploadTokenHeader)
  const { mac } = await context.ports.keyring.current()
  const right = others.length > 0 ? undefined : parseUploadToken(token, mac)
  return right === undefined ? refuse('upload-token') : functions[id](event, { ...context, right })
}

type ReceivedFunction = (event: APIGatewayProxyEvent, context: ReceivedContext) => Promise<ApiResult>

const functions: Readonly<Record<keyof typeof receivedRoutes, ReceivedFunction>> = {
  showReceived: (_, context) => showReceived(context),
  async beginReceived(event, context) {
    const body = readBody(event, readReceived)
    return body.kind === 'body' ? beginReceived(body.input, context) : body
  },
  endReceived: (event, context) => onUpload(event, context, endReceived),
  signReceivedParts: withBody(readParts, signReceived),
  completeReceived: withBody(readComplete, completeReceived),
}

/** Runs `run` on the upload that the path names, with the body. */
function withBody<Input>(
  parse: (body: unknown) => Parsed<Input>,
  run: (named: NamedUpload, input: Input, context: ReceivedContext) => Promise<ApiResult>,
): ReceivedFunction {
  return async (event, context) => {
    const body = readBody(event, parse)
    return body.kind === 'body' ? onUpload(event, context, named => run(named, body.input, context)) : body
  }
}

async function onUpload(
  event: APIGatewayProxyEvent,
  context: ReceivedContext,
  run: typeof endReceived,
): Promise<ApiResult> {
  const named = await findUpload(event.path.split('/')[2] ?? '', context)
  return named === undefined ? refuse('no-such-upload') : run(named, context)
}
