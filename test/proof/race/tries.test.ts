import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/aws.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import type { Link } from '../../../shared/link.ts'
import type { DynamoDB } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { LinkTable, Redemption } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { plusMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeDraft, makeLink, redemptionOf } from '../../support/table/links.ts'
import { type Store, storeOn } from '../../support/table/memory-store.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { type Consistency, instantly, simulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'
import type { Product } from '../simulation/product.ts'
import { subjectWithout } from '../simulation/subject.ts'

const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
/** `PROOF=all` plays as many races as the decision says; otherwise fewer of the same. */
const races = process.env['PROOF'] === 'all' ? { memory: 10_000, local: 1000 } : { memory: 600, local: 40 }
/** Tries at once for each link, and links at the same time. */
const [triesAtOnce, lanes] = [64, 4]
const clock = manualClock()

/** The store that tries race on, the code that they run, and the Regions that each calls. */
interface Arena {
  readonly store: Pick<Store, 'links' | 'table'>
  readonly product: Product
  readonly route: (link: Link, contender: number) => readonly Region[]
}

/** Makes tables in memory, on which each call waits for others at random. */
function arenaInMemory(product: Product, consistency: Consistency): Arena {
  const simulated = simulatedDynamoDB(homeRegions, consistency, { now: () => 0, publish: () => undefined })
  const api = instantly(simulated)
  const dynamodb = mixed(operationsOf(api))
  const { links } = storeOn({ edge: dynamodb, api }, 'links')
  const mode = consistency === 'strong' ? 'strong' : 'home'
  const route: Arena['route'] = (link, contender) =>
    product.routeFrom(homeRegions[contender % 3], { mode, homeRegions, nearestReplica: {} })(link.homeRegion)
  return { store: { links, table: product.linkTable('links', dynamodb) }, product, route }
}

/** A DynamoDB that executes calls of one moment in random order. */
function mixed(dynamodb: DynamoDB): DynamoDB {
  let waiting: (() => void)[] = []
  const run = () => {
    const [acts] = [waiting, (waiting = [])]
    while (acts.length > 0) acts.splice(randomInt(acts.length), 1)[0]?.()
  }
  return {
    async send(...call) {
      await new Promise<void>(resolve => {
        if (waiting.push(resolve) === 1) setImmediate(run)
      })
      return dynamodb.send(...call)
    },
  }
}

interface RaceResult {
  readonly compared: number
  readonly winners: number
  readonly broken: readonly string[]
}

/** Lets tries race for one link after the other. Counts, never times. */
async function raceTries(count: number, arena: Arena): Promise<RaceResult> {
  const results: RaceResult[] = []
  let next = 0
  async function takeTurns(): Promise<void> {
    while (next < count) {
      const index = (next += 1) - 1
      results.push(await raceForLink(index, arena))
    }
  }
  await Promise.all(Array.from({ length: lanes }, takeTurns))
  const sum = (of: 'compared' | 'winners') => results.reduce((total, result) => total + result[of], 0)
  return { compared: sum('compared'), winners: sum('winners'), broken: results.flatMap(({ broken }) => broken) }
}

/** In turn no passphrase is right, one is, some are, all are; every other link keeps a receipt, and the limit is 1 to 10. */
async function raceForLink(index: number, { store, product, route }: Arena): Promise<RaceResult> {
  const maxTries = 1 + (index % 10)
  const isReceipt = index % 2 === 1
  const rights = [0, 1, triesAtOnce / 8, triesAtOnce][(index >> 1) % 4] ?? 0
  const homeRegion = homeRegions[index % homeRegions.length] ?? homeRegions[0]
  const passphrase = { passphraseHash: 'right', tries: 0, maxTries }
  const { link } = makeLink({ homeRegion, ...passphrase, ...(isReceipt && { state: 'live' as const }) })
  await store.links.put(link, homeRegion)
  const { table, compared } = counted(store.table)
  const outcomeOf = async (contender: number) => {
    const isRight = (contender * 37 + index) % triesAtOnce < rights
    const passphraseHash = isRight ? 'right' : 'wrong'
    const redemption = { ...redemptionOf(link), passphraseHash, ...(isReceipt && { receipt: makeDraft() }) }
    const ports = { table, clock }
    const options = { regions: route(link, contender), deadline: plusMs(clock.now(), 60_000) }
    const result = await product.consumeWithPassphrase(redemption, ports, options)
    return { isRight, outcome: result.kind === 'consumed' ? 'won' : result.reason }
  }
  const outcomes = await Promise.all(Array.from({ length: triesAtOnce }, async (_, contender) => outcomeOf(contender)))
  const winners = outcomes.filter(({ outcome }) => outcome === 'won')
  const item = await store.links.find(link.id, homeRegion)
  const wrongs = outcomes.filter(({ outcome }) => outcome === 'wrong-passphrase').length
  const faults = [
    compared.size > maxTries && `${compared.size} hashes compared, with ${maxTries} tries`,
    winners.length > 1 && `${winners.length} winners`,
    winners.some(({ isRight }) => !isRight) && 'a wrong passphrase won',
    (item?.tries ?? 0) > maxTries && `${item?.tries} tries counted of ${maxTries}`,
    // Without faults each try compares a hash: all are used unless the link was.
    winners.length === 0 &&
      compared.size < maxTries &&
      `${compared.size} hashes compared, and the link is neither used nor locked`,
    rights === triesAtOnce && winners.length !== 1 && 'all passphrases were right, and none won',
    // Who has the last try learns that the link is locked now.
    winners.length === 0 && wrongs !== maxTries - 1 && `${wrongs} got wrong-passphrase, with ${maxTries} tries`,
    outcomes.some(({ outcome }) => !expected.has(outcome)) &&
      `outcomes: ${outcomes.map(({ outcome }) => outcome).join(' ')}`,
  ].filter(fault => fault !== false)
  return { compared: compared.size, winners: winners.length, broken: faults.map(fault => `race ${index}: ${fault}`) }
}

const expected = new Set<string>(['won', 'wrong-passphrase', 'locked', 'spent'])

/** Milliseconds for which a call waits: a machine that stops for a second must lose no response, which would cost a try. */
const patienceMs = 30_000

/** Notes each redemption whose hash the store is asked to compare. */
function counted(table: LinkTable): { table: LinkTable; compared: ReadonlySet<Redemption> } {
  const compared = new Set<Redemption>()
  return {
    compared,
    table: {
      ...table,
      tryReserve: async (redemption, attempt) => table.tryReserve(redemption, { ...attempt, timeoutMs: patienceMs }),
      async tryConsume(redemption, attempt) {
        compared.add(redemption)
        return table.tryConsume(redemption, { ...attempt, timeoutMs: patienceMs })
      },
    },
  }
}

const { product } = await subjectWithout()

test.each(['eventual', 'strong'] as const)(
  `of 64 tries at once, no more are compared than the link allows, over ${races.memory} links, consistency %s`,
  { timeout: 900_000 },
  async consistency => {
    const result = await raceTries(races.memory, arenaInMemory(product, consistency))
    expect(result.broken).toEqual([])
    console.log(`${consistency}: ${JSON.stringify(result)}`)
    expect(result.winners).toBeGreaterThan(races.memory / 4)
    expect(result.compared).toBeGreaterThan(races.memory * 2)
  },
)

onDynamodbLocal(endpoint => {
  test(
    `of 64 tries at once, no more are compared than the link allows, over ${races.local} links`,
    { timeout: 900_000 },
    async () => {
      const { config } = tablesAt(endpoint)
      const tableName = `tries-${randomInt(1e9)}`
      await createTables([tableName], homeRegions, config)
      const clients = { edge: dynamodbOfEdge(homeRegions, config), api: dynamodbOfApi(homeRegions, config) }
      const store = storeOn(clients, tableName)
      const result = await raceTries(races.local, { store, product, route: ({ homeRegion }) => [homeRegion] })
      expect(result.broken).toEqual([])
      console.log(JSON.stringify(result))
      expect(result.winners).toBeGreaterThan(races.local / 20)
    },
  )
})

describe('broken on purpose, the race catches a try', () => {
  test.each(['reserve-first', 'limit-clause', 'limit-in-the-write', 'hash-clause'])('without %s', async name => {
    const { product: broken } = await subjectWithout(name)
    const result = await raceTries(16, arenaInMemory(broken, 'eventual'))
    console.log(`${name}: ${result.broken[0]}`)
    expect(result.broken.length).toBeGreaterThan(0)
    if (name !== 'hash-clause') expect(result.broken.join('\n')).toMatch(/64 hashes compared, with \d+ tries/)
  })
})
