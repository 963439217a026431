import type { Deployment } from '../../../shared/deployment.ts'
import { onePerRegion, type Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { testDeployment } from '../../support/deployment.ts'
import { testSecret } from '../../support/keys.ts'
import { noon } from '../../support/links.ts'
import { simulatedDynamoDB, type SimulatedDynamoDB } from '../../support/simulated-dynamodb.ts'
import type { Product } from '../simulation/product.ts'
import { type VirtualTime, virtualTime } from '../simulation/virtual-time.ts'
import { type Chance, chanceOf } from './chance.ts'
import { type Counts, createCounts } from './counts.ts'
import type { CampaignScenario } from './scenario.ts'
import { type Throughput, throughputOf, type TokenBucket, tokenBucket } from './throughput.ts'

/** What all parts of one campaign share. */
export interface CampaignWorld {
  readonly scenario: CampaignScenario
  readonly product: Product
  readonly deployment: Deployment
  readonly time: VirtualTime
  /** Returns the milliseconds since the first message was delivered. */
  sinceStart(): number
  readonly chance: Chance
  /** Links of the sample for each link of the campaign. Each limit is as small a part of AWS's. */
  readonly scale: number
  readonly store: SimulatedDynamoDB
  readonly throughputIn: (region: Region) => Throughput
  readonly kmsLimitIn: (region: Region) => TokenBucket
  readonly secretsLimitIn: (region: Region) => TokenBucket
  readonly secret: string
  readonly counts: Counts
  /** Ids of links of which a response was lost on purpose. */
  readonly lost: Set<string>
}

/** The first message is delivered at 09:00. */
export const start = (noon - 3 * 3600_000) as EpochMs

/** Names the signing key of all tests as if it were in KMS. */
const secretWithKms = JSON.stringify({
  ...(JSON.parse(testSecret) as object),
  signing: { keyPairId: 'KTESTKMS0001', kmsKeyId: 'mrk-1234', kmsAlgorithm: 'ECDSA_SHA_256' },
})

/** Makes a world before the first message. */
export function campaignWorld(
  scenario: CampaignScenario,
  product: Product,
  { seed, scale }: { seed: number; scale: number },
): CampaignWorld {
  const { mode, homeRegions, signer, urlSeconds, table, kmsPerSecond, secretsPerSecond } = scenario
  const time = virtualTime(start)
  const edgeRegions = scenario.edges.map(({ region }) => region)
  const all = [...new Set([...homeRegions, ...edgeRegions])]
  const consistency = mode === 'strong' ? 'strong' : 'eventual'
  const { perSecond, perPartition } = table
  const makeThroughput = () =>
    throughputOf({ ...table, perSecond: perSecond * scale, perPartition: perPartition * scale })
  const shared = makeThroughput()
  return {
    scenario,
    product,
    deployment: testDeployment({
      mode,
      homeRegions,
      signer,
      urlSeconds,
      linksTable: 'links',
      gate: true,
      ipv6: true,
    }),
    time,
    sinceStart: () => time.now() - start,
    chance: chanceOf(seed),
    scale,
    // No other Region is asked for a link of its home Region, so nothing depends on replication.
    store: simulatedDynamoDB(homeRegions, consistency, { now: time.now, publish: () => undefined }),
    // A strongly consistent table makes each write in all its Regions, so they share one limit.
    throughputIn: onePerRegion(all, () => (mode === 'strong' ? shared : makeThroughput())),
    kmsLimitIn: onePerRegion(all, () => tokenBucket(kmsPerSecond * scale, 1)),
    secretsLimitIn: onePerRegion(all, () => tokenBucket(secretsPerSecond * scale, 1)),
    secret: signer === 'kms' ? secretWithKms : testSecret,
    counts: createCounts(),
    lost: new Set(),
  }
}
