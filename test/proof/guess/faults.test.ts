import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../../edge/adapters/dynamodb.ts'
import { systemClock } from '../../../edge/adapters/process.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { consumeSteps } from '../../../shared/redemption/consume.ts'
import { requestBudgetMs } from '../../../shared/redemption/deadlines.ts'
import { consumeWithPassphrase } from '../../../shared/redemption/reserve-try.ts'
import { plusMs, plusSeconds, secondsOf } from '../../../shared/time.ts'
import { type Execution, faultProxy, fates } from '../../support/fault-proxy.ts'
import { makeDraft, makeLink, redemptionOf } from '../../support/links.ts'
import { onDynamodbLocal } from '../../support/on-stores.ts'
import { isReservation } from '../../support/simulated-dynamodb.ts'

const home = 'us-east-1'
const maxTries = 3
/** Five links for each fault, each at another write; `PROOF=all` takes a hundred. */
const linksPerFate = process.env['PROOF'] === 'all' ? 100 : 5

/** Names each command by its request and purpose; only the proxy reads it. */
function named({ send }: DynamoDB, request: number): DynamoDB {
  const purpose = (input: object) => (isReservation(input) ? 'reserve' : 'consume')
  return {
    send: (operation, input, to) => send(operation, { ...input, requestNumber: `${request} ${purpose(input)}` }, to),
  }
}

/** Tries up to five times: on a machine that stops for seconds even calls without a fault time out. */
async function patiently<T>(act: () => Promise<T>, left = 5): Promise<T> {
  return act().catch(async (error: unknown) => {
    if (left === 1) throw error
    return patiently(act, left - 1)
  })
}

onDynamodbLocal(endpoint => {
  test(
    `six guesses at once at each of ${linksPerFate * fates.length} links, while one of their writes meets a fault`,
    { timeout: 600_000 },
    async () => {
      const executions = new Map<string, Execution[]>()
      const proxy = await faultProxy(endpoint, {
        onExecution: execution => executions.get(execution.id)?.push(execution),
        oneAtATime: true,
      })
      const { config } = tablesAt(endpoint, home)
      const tableName = `links-${randomUUID()}`
      await createTables([tableName], [home], config)
      const dynamodb = dynamodbIn([home], region => ({ ...config(region), endpoint: proxy.endpoint }))
      const links = dynamodbLinks(tableName, dynamodbOfApi([home], config))

      /** Returns what is wrong with the guesses at one link. */
      async function guessAt(index: number): Promise<string[]> {
        const isReceipt = index % 2 === 1
        const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
        const passphrase = { passphraseHash: 'right', tries: 0, maxTries }
        const link = await patiently(async () => {
          const made = makeLink({ expiresAt, ...passphrase, ...(isReceipt && { state: 'live' as const }) })
          if ((await links.put(made.link, home)) !== 'put') throw new Error('the link could not be issued')
          return made.link
        })
        const executed: Execution[] = []
        executions.set(link.id, executed)
        const fate = fates[index % fates.length] ?? 'black hole'
        proxy.plan(link.id, [
          ...Array.from({ length: Math.floor(index / fates.length) % 5 }, () => 'fine' as const),
          fate,
        ])
        const guesses = ['wrong', 'right', 'wrong', 'wrong', 'right', 'wrong'].map(async (passphraseHash, request) => {
          const redemption = { ...redemptionOf(link), passphraseHash, ...(isReceipt && { receipt: makeDraft() }) }
          const table = dynamodbLinkTable(tableName, named(dynamodb, request))
          const result = await consumeWithPassphrase(
            redemption,
            { table, clock: systemClock, steps: consumeSteps },
            { regions: [home], deadline: plusMs(systemClock.now(), requestBudgetMs) },
          )
          const outcome = result.kind === 'consumed' ? 'granted' : result.reason
          return { request, passphraseHash, outcome }
        })
        const results = await Promise.all(guesses)
        const item = await patiently(async () => links.find(link.id, home))
        const uses = executed.findIndex(each => each.requestNumber.endsWith('consume') && each.status === 200)
        const compared = executed.filter(
          ({ requestNumber, operation }, at) =>
            requestNumber.endsWith('consume') && operation !== 'GetItem' && (uses < 0 || at <= uses),
        )
        const count = new Set(compared.map(({ requestNumber }) => requestNumber)).size
        const wins = results.filter(({ outcome }) => outcome === 'granted')
        const faults = [
          count > maxTries && `${count} hashes compared`,
          (item?.tries ?? 0) > maxTries && `${item?.tries} tries counted`,
          wins.length > 1 && `${wins.length} winners`,
          wins.some(({ passphraseHash }) => passphraseHash === 'wrong') && 'a wrong passphrase won',
          item !== undefined && item.key !== link.key && 'another item is there',
          results.some(({ outcome }) => !allowed.has(outcome)) && 'an outcome is not allowed',
        ].filter(text => text !== false)
        return faults.map(text => `${fate}, link ${index}: ${text}: ${JSON.stringify(results)}`)
      }

      const wrong: string[] = []
      const runs = linksPerFate * fates.length
      let started = 0
      const takeTurns = async () => {
        while (started < runs) wrong.push(...(await guessAt((started += 1) - 1)))
      }
      await Promise.all(Array.from({ length: 8 }, takeTurns))
      expect(wrong).toEqual([])
      const all = [...executions.values()].flat()
      const applied = (purpose: string) =>
        all.filter(each => each.requestNumber.endsWith(purpose) && each.operation !== 'GetItem' && each.status === 200)
          .length
      console.log(`${runs} links: ${applied('reserve')} tries, ${applied('consume')} used`)
      expect(applied('consume')).toBeGreaterThan(0)
      expect(applied('reserve')).toBeGreaterThan(applied('consume'))
    },
  )
})

const allowed = new Set<string>(['granted', 'wrong-passphrase', 'locked', 'spent', 'unavailable', 'outcome-unknown'])
