import type { ApiDeployment } from '../../../api/local-deployment.ts'
import type { ReceivedUploads } from '../../../api/uploads/received-ports.ts'
import type { Keyring } from '../../../shared/secrets/keys.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Clock, EpochMs } from '../../../shared/time.ts'
import { memoryReceived } from '../../support/api/received.ts'
import { memoryBucket } from '../../support/api/uploads.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { testKeyring, testSecret } from '../../support/keys/keys.ts'
import { noon } from '../../support/table/links.ts'
import { simulatedDynamoDB, type SimulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'
import type { Choices } from './choices.ts'
import { type FileEnds, fileEndsOf } from './file-ends.ts'
import type { SimulationEvent } from './history.ts'
import type { Untimed, Network } from './network.ts'
import type { Product } from './product.ts'
import { type Always, type Scenario, simulatedRegions } from './scenario.ts'
import { type VirtualTime, virtualTime } from './virtual-time.ts'

/** The product under test, and whether its operators keep the guard that isn't in its code. */
export interface Subject {
  readonly product: Product
  /** The edge of the version before client-bound links. */
  readonly previous: Product
  /** Whether operators retire the key slot before they restore a backup, as they must. */
  readonly bumpsSlot: boolean
  /** What each link has or goes through. @default some have several uses, some require a passphrase, some are replaced */
  readonly always?: Always
}

/** State that the actors of one schedule share. */
export interface World {
  readonly scenario: Scenario
  readonly subject: Subject
  readonly choices: Choices
  readonly time: VirtualTime
  readonly network: Network
  readonly store: SimulatedDynamoDB
  readonly files: FileEnds
  /** Where files of links arrive, and what the api of each Region keeps of them. */
  readonly bucket: ReturnType<typeof memoryBucket>
  readonly received: ReadonlyMap<Region, ReceivedUploads>
  readonly deployment: ApiDeployment
  readonly keyrings: ReadonlyMap<Region, Keyring>
  readonly events: SimulationEvent[]
  /** The present secret. */
  readonly secret: { text: string }
  /** Requests so far; numbers the next one. */
  requests: number
  /** Calls of `randomIn` so far. */
  draws: number
}

/** A link as the api returned it to its issuer. */
export interface IssuedLink {
  readonly id: string
  readonly nonce: string
  readonly expiresAt: number
}

/** Life of a capability in seconds. */
export const urlSeconds = 60

const replicationLags = [1, 20, 300, 1500, 6000] as const

/** Makes a world at noon without any event yet. */
export function worldOf(scenario: Scenario, choices: Choices, subject: Subject): World {
  const time = virtualTime(noon)
  const events: SimulationEvent[] = []
  const note = (event: Untimed) => events.push({ at: time.now() - noon, ...event })
  const { mode, regions, outage, receipt, binding } = scenario
  const issuedAt = () => events.find(({ kind }) => kind === 'issued')?.at ?? Infinity
  const outageIn = (region: Region) => {
    if (outage?.region !== region) return undefined
    const from = issuedAt() + outage.fromMs
    const at = time.now() - noon
    if (at < from || at >= from + outage.forMs) return undefined
    return outage.refuses ? 'refuses' : 'resets'
  }
  const consistency = mode === 'strong' ? 'strong' : 'eventual'
  const store = simulatedDynamoDB(regions, consistency, {
    now: () => time.now(),
    publish(replication) {
      const arrive = () => (outageIn(replication.to) ? void time.after(500, arrive) : store.apply(replication))
      time.after(choices.pick(replicationLags), arrive)
    },
    stream: written => files.stream(written),
  })
  const files = fileEndsOf({ scenario, choices, time, store, events, product: subject.product })
  let faultsLeft = scenario.faults
  const network = {
    time,
    choices,
    store,
    regions,
    duplicatesPuts: receipt,
    newerBind: binding.bind === 'device' ? binding.bind : undefined,
    outage: outageIn,
    spendFault: () => (faultsLeft -= 1) >= 0,
    note,
  }
  const secret = { text: testSecret }
  const { product } = subject
  return {
    scenario,
    subject,
    choices,
    time,
    network,
    store,
    files,
    bucket: memoryBucket(),
    received: new Map(simulatedRegions.map(region => [region, memoryReceived()])),
    events,
    secret,
    requests: 0,
    draws: 0,
    // A capability outlives a client's attempts, for every error of the edges' clocks.
    deployment: testDeployment({
      mode,
      homeRegions: regions,
      urlSeconds,
      gate: true,
      ipv6: binding.ipv6,
      fileEnds: true,
      uploadApi: 'https://send.example.com/api',
    }),
    keyrings: new Map(
      simulatedRegions.map((region, index) => [
        region,
        // Parsing keys is slow, and only a restore changes them.
        scenario.restoreAt === undefined
          ? testKeyring
          : product.createKeyring([async () => secret.text], { now: () => skewed(time, scenario.skews[index]) }),
      ]),
    ),
  }
}

function skewed(time: VirtualTime, skew: number | undefined): EpochMs {
  return (time.now() + (skew ?? 0)) as EpochMs
}

/** Makes the clock of the edges in a Region, with the error that the scenario gives it. */
export function clockOf({ time, scenario }: World, edge: Region): Clock {
  const skew = scenario.skews[simulatedRegions.findIndex(region => region === edge)]
  return { now: () => skewed(time, skew), pause: time.pause }
}

/** Makes bytes that never repeat in one schedule, and are the same in each replay. */
export function randomIn(world: World): (length: number) => Uint8Array {
  return length => {
    const bytes = Buffer.alloc(length)
    bytes.writeUInt32BE((world.draws += 1))
    return bytes
  }
}
