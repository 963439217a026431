import { sign } from 'node:crypto'
import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import type { Kms } from '../../../edge/ports.ts'
import type { SecretSource } from '../../../shared/keys.ts'
import type { DynamoDB } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { byDistance } from '../../../shared/route.ts'
import { testKeys } from '../../support/keys.ts'
import { instantly, itemIdOf } from '../../support/simulated-dynamodb.ts'
import type { EdgeRegion } from './scenario.ts'
import type { TokenBucket } from './throughput.ts'
import type { CampaignWorld } from './world.ts'

/** Round trip to a Region that the scenario does not name, in milliseconds. */
const farAwayMs = 200

/** Makes the store as an edge reaches it: at a distance, with limits, slower under load; some responses are lost. */
export function storeSeenFrom(edge: EdgeRegion, world: CampaignWorld): DynamoDB {
  const { time, store, scenario, chance, lost, counts } = world
  const { send: execute } = operationsOf(instantly(store))
  async function send(...[operation, input, to]: Parameters<DynamoDB['send']>): ReturnType<DynamoDB['send']> {
    const oneWay = () => ((edge.roundTrips[to.region] ?? farAwayMs) / 2) * chance.between(0.9, 1.4)
    await time.pause(oneWay())
    const error = admit(operation, input, { region: to.region, world })
    if (error !== undefined) {
      await time.pause(oneWay())
      throw rejection(error)
    }
    await time.pause(serviceMs(to.region, world))
    const response = await execute(operation, input, to).then(
      output => () => output,
      (failure: unknown) => () => {
        throw failure
      },
    )
    if (chance.happens(scenario.lostResponses)) {
      lost.add(itemIdOf(input))
      counts.note('responses lost')
      await time.pause(to.timeoutMs)
    }
    await time.pause(oneWay())
    return response()
  }
  return { send: (operation, input, to) => within(to.timeoutMs, send(operation, input, to), world) }
}

/** Counts a request, and returns the error by which the table throttles it, if it does. */
function admit(
  operation: string,
  input: object,
  { region, world }: { region: Region; world: CampaignWorld },
): string | undefined {
  const { counts, time, throughputIn } = world
  const isWrite = operation !== 'GetItem'
  const isConsume = isWrite && !(':one' in valuesOf(input))
  const at = world.sinceStart()
  if (isWrite) counts.add('writes', at)
  if (isConsume) counts.add('consumeCalls', at)
  // A partition and a table on demand read three times as much as they write.
  const verdict = throughputIn(region).admit(placeOf(itemIdOf(input)), isWrite ? 1 : 1 / 3, time.now())
  if (verdict === 'admitted') return undefined
  counts.note(verdict)
  if (isWrite) counts.add('throttledWrites', at)
  return verdict
}

function valuesOf(input: object): object {
  return 'ExpressionAttributeValues' in input ? (input.ExpressionAttributeValues as object) : {}
}

/** Returns where a link id, which is a hash, falls between 0 and 1. */
function placeOf(id: string): number {
  return Buffer.from(id, 'base64url').readUInt32BE() / 2 ** 32
}

function serviceMs(region: Region, { scenario: { durations }, throughputIn, time }: CampaignWorld): number {
  const load = Math.min(1, throughputIn(region).load(time.now()))
  return durations.store + (durations.storeAtLimit - durations.store) * load ** 4
}

/** Makes KMS as an edge reaches it. */
export function kmsSeenFrom(edge: EdgeRegion, world: CampaignWorld): Omit<Kms, 'retries'> {
  const { deployment, time, scenario, kmsLimitIn, counts } = world
  async function request(policy: string, region: Region): Promise<string> {
    await time.pause(edge.roundTrips[region] ?? farAwayMs)
    counts.note('KMS calls')
    takeToken(kmsLimitIn(region), 'KMS throttled', world)
    await time.pause(scenario.durations.kms)
    return sign('sha256', Buffer.from(policy), testKeys.signing.privateKey).toString('base64')
  }
  return {
    regions: byDistance(deployment.homeRegions, edge.region),
    sign: (policy, _key, { region, timeoutMs }) => within(timeoutMs, request(policy, region), world),
  }
}

/** Makes the sources of the secret as an edge reaches them, nearest first. */
export function secretSeenFrom(edge: EdgeRegion, world: CampaignWorld): readonly SecretSource[] {
  const { deployment, time, scenario, secretsLimitIn, secret, counts } = world
  return byDistance(deployment.homeRegions, edge.region).map(region => async () => {
    await time.pause(edge.roundTrips[region] ?? farAwayMs)
    counts.note('secrets')
    takeToken(secretsLimitIn(region), 'secrets throttled', world)
    await time.pause(scenario.durations.secret)
    return secret
  })
}

/** Throws, and counts it as `throttled`, if the service has no capacity left. */
function takeToken(bucket: TokenBucket, throttled: string, { time, counts }: CampaignWorld): void {
  if (bucket.has(1, time.now())) return bucket.spend(1)
  counts.note(throttled)
  throw rejection('ThrottlingException')
}

/** Settles as `work` does, or rejects as the edge's own client does after `timeoutMs`. */
function within<T>(timeoutMs: number, work: Promise<T>, { time }: CampaignWorld): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = time.after(timeoutMs, () => reject(Object.assign(new Error('timeout'), { name: 'TimeoutError' })))
    void work.then(resolve, reject).finally(cancel)
  })
}

/** Makes an error as the edge's own client does from a response with status 400. */
function rejection(name: string): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } })
}
