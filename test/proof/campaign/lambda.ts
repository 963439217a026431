import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import type { EdgeHandler } from '../../../edge/handler.ts'
import type { LogLine } from '../../../edge/ports.ts'
import { createRetryBudget } from '../../../shared/redemption/retry-budget.ts'
import type { Reason } from '../../../shared/refusal.ts'
import type { EdgeRegion } from './scenario.ts'
import { kmsSeenFrom, secretSeenFrom, storeSeenFrom } from './services.ts'
import { tokenBucket } from './throughput.ts'
import type { CampaignWorld } from './world.ts'

/** Lambda@Edge in one Region: runs the handler, or returns CloudFront's own 503. */
export type Edge = (event: CloudFrontRequestEvent) => Promise<EdgeResponse>

/** A response, with what the edge's log says of it: the reason of a refusal or else the outcome. */
export interface EdgeResponse {
  readonly response: CloudFrontResultResponse
  readonly reason: LogLine['outcome'] | Reason | 'not run'
}

/** CloudFront's response if Lambda does not run the function: no header of ours, so no Retry-After. */
const notRun: EdgeResponse = { response: { status: '503' }, reason: 'not run' }

/** An environment serves at most 10 requests a second (AWS, "Quotas" of CloudFront). */
const leastMsOfRequest = 100

interface Environment {
  readonly handler: EdgeHandler
  line: LogLine | undefined
  freedAt: number
}

/** Makes Lambda in a Region, without any environment yet. */
export function lambdaIn(edge: EdgeRegion, world: CampaignWorld): Edge {
  const { scenario, time, scale, counts } = world
  const { lambda, durations } = scenario
  const concurrency = Math.max(1, Math.round(lambda.concurrency * scale))
  const requests = tokenBucket(lambda.perSecond * scale, 1)
  const starts = tokenBucket((lambda.newInTenSeconds * scale) / 10, 10)
  const shared = sharedPorts(edge, world)
  let idle: Environment[] = []
  let busy = 0
  async function environment(): Promise<Environment | undefined> {
    idle = idle.filter(({ freedAt }) => time.now() - freedAt < durations.idle)
    const warm = idle.pop()
    if (warm !== undefined) return warm
    if (!starts.has(1, time.now())) return undefined
    starts.spend(1)
    counts.note('environments')
    await time.pause(durations.cold)
    return coldEnvironment(edge, shared, world)
  }
  async function run(event: CloudFrontRequestEvent): Promise<EdgeResponse | undefined> {
    const found = await environment()
    if (found === undefined) return void (busy -= 1)
    const startedAt = time.now()
    await time.pause(durations.warm)
    const response = await found.handler(event)
    const freeInMs = Math.max(0, startedAt + leastMsOfRequest - time.now())
    time.after(freeInMs, () => {
      busy -= 1
      found.freedAt = time.now()
      idle.push(found)
    })
    return { response, reason: found.line?.reason ?? found.line?.outcome ?? 'refused' }
  }
  return async event => {
    let result: EdgeResponse | undefined
    if (busy < concurrency && requests.has(1, time.now())) {
      requests.spend(1)
      busy += 1
      result = await run(event)
    }
    if (result === undefined) counts.add('refusedByLambda', world.sinceStart())
    return result ?? notRun
  }
}

/** What all environments of a Region reach. */
function sharedPorts(edge: EdgeRegion, world: CampaignWorld) {
  return {
    store: storeSeenFrom(edge, world),
    kms: kmsSeenFrom(edge, world),
    secrets: secretSeenFrom(edge, world),
  }
}

/** Makes the real handler with keys of its own, as each environment has it. */
function coldEnvironment(
  edge: EdgeRegion,
  { store, kms, secrets }: ReturnType<typeof sharedPorts>,
  { product, deployment, time, chance, scenario }: CampaignWorld,
): Environment {
  const ports = {
    clock: time,
    random: chance.bytes,
    keyring: product.createKeyring(secrets, time),
    table: product.linkTable('links', store),
    ...(scenario.signer === 'kms' && { kms: { ...kms, retries: createRetryBudget() } }),
    log: (line: LogLine) => void (environment.line = line),
  }
  const environment: Environment = {
    handler: product.createEdge(ports, deployment, edge.region),
    line: undefined,
    freedAt: 0,
  }
  return environment
}
