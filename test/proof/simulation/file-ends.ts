import type { DynamoDBRecord } from 'aws-lambda'
import type { LinkSchedules } from '../../../api/ports.ts'
import type { Link, LinkId } from '../../../shared/link.ts'
import type { Region } from '../../../shared/regions.ts'
import { currentLink, type ReadLink } from '../../../shared/table/current-link.ts'
import { linkOfItem } from '../../../shared/table/link-item.ts'
import type { Scheduler } from '../../../shared/table/schedule.ts'
import type { SimulatedDynamoDB, Written } from '../../support/table/simulated-dynamodb.ts'
import type { Choices } from './choices.ts'
import type { SimulationEvent } from './history.ts'
import type { Product } from './product.ts'
import type { Scenario } from './scenario.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A version that was deleted, and the links at that moment: the one that was issued, then those in its place. */
interface Deletion {
  readonly versionId: string | undefined
  /** In epoch seconds. */
  readonly at: number
  readonly chain: Chain
}

/** A link and those in its place; undefined for one whose item is not there. */
export type Chain = readonly (Link | undefined)[]

/** The bucket, the schedules and the stream of one simulated schedule. */
export interface FileEnds {
  readonly schedules: LinkSchedules
  readonly deletions: readonly Deletion[]
  /** The stream loses half of its records for good. */
  readonly isLossy: boolean
  /** Takes what the store has written. */
  stream(written: Written): void
  /** Calls the function though no schedule of the link is due, and about a link that never was. */
  callAnyway(id: string): Promise<void>
  /** Returns the links as they are now. */
  chain(): Promise<Chain>
}

/** Milliseconds by which schedules and records of the stream are late. */
const lateness = { schedule: [400, 20_000, 59_000, 600_000], record: [200, 3000, 70_000, 1_800_000] } as const

/** The world in which files are. */
interface Surroundings {
  readonly scenario: Scenario
  readonly choices: Choices
  readonly time: VirtualTime
  readonly store: SimulatedDynamoDB
  readonly events: readonly SimulationEvent[]
  readonly product: Product
}

/** Runs the real functions that make schedules, and that which deletes files, over a scheduler in virtual time. */
export function fileEndsOf(world: Surroundings): FileEnds {
  const { scenario, choices, time, events } = world
  const { linkSchedules, createFileEnds, readStream } = world.product
  const { mode, deletesFile } = scenario
  const target = { target: 'file-ends', deadLetters: 'failed' }
  const [names, deletions, read] = [new Set<string>(), [] as Deletion[], readerOf(world)]
  const isLossy = deletesFile === true && choices.rarely(4)
  const scheduler: Scheduler = {
    async create({ name, at, id }) {
      if (at * 1000 <= time.now() || !/^[\w.-]{1,64}$/.test(name)) throw new Error(`refused: ${name}`)
      if (names.has(name)) return
      names.add(name)
      const times = choices.rarely(4) ? 2 : 1
      for (let n = 0; n < times; n += 1)
        time.after(at * 1000 - time.now() + choices.pick(lateness.schedule), () => call(id))
    },
  }
  const chain = async (id = events.find(each => each.kind === 'issued')?.id): Promise<Chain> => {
    const link = id === undefined ? undefined : await read(id as LinkId)
    return link?.replacedBy === undefined ? [link] : [link, ...(await chain(link.replacedBy))]
  }
  async function deleteVersion({ versionId }: { readonly versionId?: string }): Promise<void> {
    deletions.push({ versionId, at: time.now() / 1000, chain: await chain() })
  }
  const [files, log] = [{ deleteVersion }, () => undefined]
  const endFile = createFileEnds({ clock: time, read, files, scheduler, target, log })
  // Lambda calls a function that fails twice more.
  const call = (id: LinkId, left = 2): void =>
    void endFile({ id }).catch(() => left > 0 && time.after(60_000, () => call(id, left - 1)))
  const ports = { clock: time, fileEnds: { scheduler, to: target }, log }
  return {
    schedules: linkSchedules(scheduler, time, { fileEnd: target }),
    deletions,
    isLossy,
    stream({ region, ...images }) {
      if (!deletesFile || (isLossy && choices.chance(0.5))) return
      const record = recordOf(images, time.now())
      const reader = readStream(ports, { deployment: 'once', mode, here: region })
      const context = { getRemainingTimeInMillis: () => 60_000 }
      // It rejects what a broken copy of the product leaves of an item.
      const deliver = () => void reader({ Records: [record] }, context).catch(() => undefined)
      for (let n = choices.rarely(6) ? 2 : 1; n > 0; n -= 1) time.after(choices.pick(lateness.record), deliver)
    },
    async callAnyway(id) {
      await time.pause(choices.pick([100, 9000, 70_000, 300_000]))
      for (const each of [id, 'a'.repeat(22)]) call(each as LinkId)
    },
    chain,
  }
}

function readerOf({ scenario: { mode, regions }, store }: Surroundings): ReadLink {
  const find = async (id: LinkId, region: Region): Promise<Link | undefined> => {
    const output = store.execute(region, { operation: 'GetItem', input: { Key: { id: { S: id } } } })
    const { Item } = output as { readonly Item?: object }
    // What a broken copy of the product leaves of an item is no link.
    return Item && 'key' in Item ? linkOfItem(Item as never) : undefined
  }
  return id => currentLink(region => find(id, region), { mode, homeRegions: regions, route: () => regions })
}

function recordOf({ before, after }: Pick<Written, 'before' | 'after'>, now: number): DynamoDBRecord {
  const images = { ...(before && { OldImage: before }), ...(after && { NewImage: after }) }
  const dynamodb = { ...images, ApproximateCreationDateTime: Math.floor(now / 1000), SequenceNumber: '1' }
  return { eventID: `event-${now}`, dynamodb }
}
