import type { IncomingMessage } from 'node:http'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { cachedOrigin } from '../../../../emulator/cloudfront/cache.ts'
import type { GateOrder } from '../../../../emulator/cloudfront/content.ts'
import { createGate, type Gate } from '../../../../emulator/cloudfront/gate.ts'
import { checkSignedContent, type SignatureCheck } from '../../../../emulator/cloudfront/signed-request.ts'
import type { ViewerRequestFunction } from '../../../../emulator/cloudfront/viewer-request.ts'
import type { Origin } from '../../../../emulator/s3/origin.ts'
import { assert } from '../../../../shared/errors.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import { bucketOrigin } from './origin.ts'
import type { Behaviour, ControlPlane, DeployedDistribution } from './wiring.ts'

/** Which AWS the front is of. */
export interface FrontOptions {
  /** Endpoint of MiniStack. */
  readonly endpoint: string
  readonly account: string
  /** @default after-signature */
  readonly gateOrder?: GateOrder | undefined
  /** The time of the edges. @default the system's */
  readonly now?: (() => EpochMs) | undefined
}

/** What a front keeps between requests: caches of origins, and functions that it has loaded, by their source. */
export interface Parts extends FrontOptions {
  readonly control: ControlPlane
  readonly origins: Map<string, Origin>
  readonly gates: Map<string, Gate>
}

/** Returns the Lambda function that responds to viewers of a behaviour, in its version; undefined if there is none. */
export function viewerRequestOf(
  behaviour: Behaviour,
  { id, domain }: DeployedDistribution,
  { endpoint, account }: FrontOptions,
): ViewerRequestFunction | undefined {
  const associations = behaviour.LambdaFunctionAssociations?.Items ?? []
  if (associations.length === 0) return undefined
  const [association] = associations
  assert(association?.EventType === 'viewer-request', 'only viewer-request functions are emulated')
  const arn = association.LambdaFunctionARN ?? ''
  assert(/:\d+$/.test(arn), `Lambda@Edge needs a version: ${arn}`)
  const credentials = { accessKeyId: account, secretAccessKey: 'test' }
  const lambda = new LambdaClient({ endpoint, region: arn.split(':')[3] ?? '', credentials, maxAttempts: 1 })
  return async event => {
    const Payload = JSON.stringify(asOf(event, { distributionId: id, distributionDomainName: domain }))
    const { FunctionError, Payload: result } = await lambda.send(new InvokeCommand({ FunctionName: arn, Payload }))
    if (FunctionError !== undefined) throw new Error(FunctionError)
    return JSON.parse(Buffer.from(result ?? []).toString()) as unknown
  }
}

/** Returns the event with the distribution's own names. */
function asOf(
  { Records: [record] }: CloudFrontRequestEvent,
  names: { readonly distributionId: string; readonly distributionDomainName: string },
): CloudFrontRequestEvent {
  assert(record, 'an event has a record')
  const { config, request } = record.cf
  return { Records: [{ cf: { config: { ...config, ...names }, request } }] }
}

/** Checks a request's signature with the keys of the behaviour's groups; without a group, no signature is needed. */
export async function signatureOf(
  request: IncomingMessage,
  { TrustedKeyGroups }: Behaviour,
  { control, ...options }: Parts,
): Promise<SignatureCheck> {
  const url = `https://${request.headers.host ?? ''}${request.url ?? ''}`
  if (TrustedKeyGroups?.Enabled !== true) return { kind: 'granted', url }
  const viewer = { address: request.socket.remoteAddress ?? '', cookies: request.headers.cookie ?? '' }
  const keys = await control.publicKeys(TrustedKeyGroups.Items ?? [])
  return checkSignedContent({ url, ...viewer, now: timeOf(options) }, keys)
}

/** Returns the published function in front of a behaviour; undefined if it has none. */
export async function gateOf(
  { FunctionAssociations }: Behaviour,
  { control, gates }: Parts,
): Promise<Gate | undefined> {
  const associations = FunctionAssociations?.Items ?? []
  if (associations.length === 0) return undefined
  const [association] = associations
  assert(association?.EventType === 'viewer-request', 'only functions on viewer requests are emulated')
  const code = await control.functionCode(association.FunctionARN ?? '')
  const gate = gates.get(code) ?? createGate(code)
  gates.set(code, gate)
  return gate
}

/** Returns the origin of a behaviour behind its cache, the same as long as neither origin nor policy changes. */
export async function originOf(
  behaviour: Behaviour,
  { arn, config }: DeployedDistribution,
  { control, origins, ...options }: Parts,
): Promise<Origin> {
  const found = config.Origins?.Items?.find(({ Id }) => Id === behaviour.TargetOriginId)
  assert(found, 'a behaviour has an origin')
  assert(await control.isSigned(found), 'the requests for a bucket are signed')
  assert(!behaviour.OriginRequestPolicyId, 'origin request policies are not emulated')
  const policy = await control.cachePolicy(behaviour.CachePolicyId ?? '', config.CustomErrorResponses?.Items ?? [])
  const place = { host: found.DomainName ?? '', originPath: found.OriginPath ?? '', distributionArn: arn }
  const name = JSON.stringify([place, policy])
  const bucket = () => bucketOrigin({ ...place, endpoint: options.endpoint, account: options.account })
  const origin = origins.get(name) ?? cachedOrigin(bucket(), { policy, now: () => timeOf(options) })
  origins.set(name, origin)
  return origin
}

const timeOf = ({ now }: Pick<FrontOptions, 'now'>) => now?.() ?? (Date.now() as EpochMs)
