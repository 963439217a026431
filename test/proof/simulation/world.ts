import type { ApiDeployment } from '../../../api/local-deployment.ts'
import type { Keyring } from '../../../shared/keys.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Clock, EpochMs } from '../../../shared/time.ts'
import { testDeployment } from '../../support/deployment.ts'
import { testKeyring, testSecret } from '../../support/keys.ts'
import { noon } from '../../support/links.ts'
import { simulatedDynamoDB, type SimulatedDynamoDB } from '../../support/simulated-dynamodb.ts'
import type { Choices } from './choices.ts'
import type { Happening } from './history.ts'
import type { Untimed, Wires } from './network.ts'
import type { Product } from './product.ts'
import { type Scenario, simulatedRegions } from './scenario.ts'
import { type VirtualTime, virtualTime } from './virtual-time.ts'

/** What is run, and with which of the guards that aren't in the product's code. */
export interface Subject {
  readonly product: Product
  /** Whether whoever restores a backup changes the key slot first, as they must. */
  readonly bumpsSlot: boolean
}

/** Everything that the actors of one schedule share. */
export interface World {
  readonly scenario: Scenario
  readonly subject: Subject
  readonly choices: Choices
  readonly time: VirtualTime
  readonly wires: Wires
  readonly store: SimulatedDynamoDB
  readonly deployment: ApiDeployment
  readonly keyrings: ReadonlyMap<Region, Keyring>
  readonly happenings: Happening[]
  /** The secret as it is now. */
  readonly secret: { text: string }
  requests: number
  draws: number
}

/** A link as its issuer got it. */
export interface IssuedLink {
  readonly id: string
  readonly nonce: string
  readonly expiresAt: number
}

const replicationLags = [1, 20, 300, 1500, 6000] as const

/** A world at noon in which nothing has happened yet. */
export function worldOf(scenario: Scenario, choices: Choices, subject: Subject): World {
  const time = virtualTime(noon)
  const happenings: Happening[] = []
  const note = (happening: Untimed) => happenings.push({ at: time.now() - noon, ...happening })
  const { mode, regions, outage, receipt } = scenario
  const issuedAt = () => happenings.find(({ kind }) => kind === 'issued')?.at ?? Infinity
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
    publish(news) {
      const arrive = () => (outageIn(news.to) ? void time.after(500, arrive) : store.apply(news))
      time.after(choices.pick(replicationLags), arrive)
    },
  })
  let left = scenario.faults
  const wires = {
    time,
    choices,
    store,
    regions,
    duplicatesPuts: receipt,
    outage: outageIn,
    spendFault: () => (left -= 1) >= 0,
    note,
  }
  const secret = { text: testSecret }
  const { product } = subject
  return {
    scenario,
    subject,
    choices,
    time,
    wires,
    store,
    happenings,
    secret,
    requests: 0,
    draws: 0,
    // A capability lives longer than a client keeps trying, whatever the clocks of the edges it meets.
    deployment: testDeployment({ mode, homeRegions: regions, urlSeconds: 60 }),
    keyrings: new Map(
      simulatedRegions.map((region, index) => [
        region,
        // Keys take long to parse; only a restore needs them to change.
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

/** The clock of the edges in a Region, wrong as the scenario has it. */
export function clockOf({ time, scenario }: World, edge: Region): Clock {
  const skew = scenario.skews[simulatedRegions.findIndex(region => region === edge)]
  return { now: () => skewed(time, skew), pause: time.pause }
}

/** Never the same bytes twice in one schedule, and the same in each replay. */
export function randomIn(world: World): (length: number) => Uint8Array {
  return length => {
    const bytes = Buffer.alloc(length)
    bytes.writeUInt32BE((world.draws += 1))
    return bytes
  }
}
