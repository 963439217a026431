import { type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { CachePolicy, OriginRequestPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { gateEvent } from '../../../../emulator/cloudfront/gate.ts'
import { loadFunction } from '../../../../emulator/cloudfront/function-runtime.ts'
import { assert } from '../../../../shared/errors.ts'
import type { Parts } from './parts.ts'
import type { Behaviour, DeployedDistribution } from './wiring.ts'

/** Returns the host and path of the REST API behind a behaviour; undefined if there is another origin. */
export function apiBehind(behaviour: Behaviour, { config }: DeployedDistribution): string | undefined {
  const found = config.Origins?.Items?.find(({ Id }) => Id === behaviour.TargetOriginId)
  const { DomainName = '', OriginPath = '' } = found ?? {}
  return DomainName.includes('.execute-api.') ? DomainName + OriginPath : undefined
}

/**
 * Passes a request on to a REST API, by the path that the behaviour's function makes of it. Nothing is cached, and all but `Host` goes
 * on, as the two policies say; the response is sent as it comes.
 */
export async function passToApi(
  request: IncomingMessage,
  response: ServerResponse,
  { api, behaviour, parts }: { readonly api: string; readonly behaviour: Behaviour; readonly parts: Parts },
): Promise<void> {
  assert(behaviour.CachePolicyId === CachePolicy.CACHING_DISABLED.cachePolicyId, 'no API is cached')
  const { originRequestPolicyId } = OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER
  assert(behaviour.OriginRequestPolicyId === originRequestPolicyId, 'no other policy is emulated')
  const [association] = behaviour.FunctionAssociations?.Items ?? []
  const code = await parts.control.functionCode(association?.FunctionARN ?? '')
  const { uri } = loadFunction(code)(gateEvent(request, '')).value as AWSCloudFrontFunction.Request
  const [, query = ''] = (request.url ?? '').split(/(?=\?)/)
  const [, id = '', stage = ''] = /^(\w+)\.execute-api\.[^/]+(.*)$/.exec(api) ?? []
  const { host: _, ...headers } = request.headers
  const { method } = request
  const sent = send(`${parts.endpoint}/_aws/execute-api/${id}${stage}${uri}${query}`, { method, headers })
  const arrived = new Promise<IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).once('error', reject),
  )
  await pipeline(request, sent)
  const answer = await arrived
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  await pipeline(answer, response)
}
