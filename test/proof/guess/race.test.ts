import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/dynamodb.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import type { DynamoDB } from '../../../shared/redemption/dynamodb-link-table.ts'
import { manualClock } from '../../support/clock.ts'
import { storeOn } from '../../support/memory-store.ts'
import { onDynamodbLocal } from '../../support/on-stores.ts'
import { type Consistency, instantly, simulatedDynamoDB } from '../../support/simulated-dynamodb.ts'
import { type GuessProduct, productWithout } from './product.ts'
import { type GuessRaces, type GuessTally, raceGuesses } from './race.ts'

const homeRegions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
/** `PROOF=all` plays as many races as the promise says; otherwise fewer of the same. */
const races = process.env['PROOF'] === 'all' ? { memory: 10_000, local: 1000 } : { memory: 600, local: 40 }

/** Races on tables in memory; each call waits for others at random. */
async function raceInMemory(
  product: GuessProduct,
  consistency: Consistency,
  options: Pick<GuessRaces, 'races' | 'guesses'>,
): Promise<GuessTally> {
  const simulated = simulatedDynamoDB(homeRegions, consistency, { now: () => 0, publish: () => undefined })
  const api = instantly(simulated)
  const dynamodb = mixed(operationsOf(api))
  const { links } = storeOn({ edge: dynamodb, api }, 'links')
  const store = { links, table: product.linkTable('links', dynamodb) }
  const route: GuessRaces['route'] = (link, contender) =>
    product.routeFrom(homeRegions[contender % 3], {
      mode: consistency === 'strong' ? 'strong' : 'home',
      homeRegions,
      nearestReplica: {},
    })(link.homeRegion)
  return raceGuesses({ ...options, homeRegions, route }, { store, product, clock: manualClock() })
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

const product = await productWithout()

test.each(['eventual', 'strong'] as const)(
  `of 64 guesses at once, no more are compared than there are tries, over ${races.memory} links, consistency %s`,
  { timeout: 900_000 },
  async consistency => {
    const tally = await raceInMemory(product, consistency, { races: races.memory, guesses: 64 })
    expect(tally.broken).toEqual([])
    console.log(`${consistency}: ${JSON.stringify(tally)}`)
    expect(tally.winners).toBeGreaterThan(races.memory / 4)
    expect(tally.compared).toBeGreaterThan(races.memory * 2)
  },
)

onDynamodbLocal(endpoint => {
  test(
    `of 64 guesses at once, no more are compared than there are tries, over ${races.local} links`,
    { timeout: 900_000 },
    async () => {
      const { config } = tablesAt(endpoint)
      const tableName = `guesses-${randomInt(1e9)}`
      await createTables([tableName], homeRegions, config)
      const clients = { edge: dynamodbOfEdge(homeRegions, config), api: dynamodbOfApi(homeRegions, config) }
      const store = storeOn(clients, tableName)
      const tally = await raceGuesses(
        { races: races.local, guesses: 64, homeRegions },
        { store, product, clock: manualClock() },
      )
      expect(tally.broken).toEqual([])
      console.log(JSON.stringify(tally))
      expect(tally.winners).toBeGreaterThan(races.local / 20)
    },
  )
})

describe('broken on purpose, the race catches a guess', () => {
  test.each(['reserve-first', 'limit-clause', 'limit-in-the-write', 'hash-clause'])('without %s', async name => {
    const tally = await raceInMemory(await productWithout(name), 'eventual', { races: 16, guesses: 64 })
    console.log(`${name}: ${tally.broken[0]}`)
    expect(tally.broken.length).toBeGreaterThan(0)
    if (name !== 'hash-clause') expect(tally.broken.join('\n')).toMatch(/64 hashes compared, with \d+ tries/)
  })
})
