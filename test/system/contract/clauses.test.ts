import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { BatchWriteItemCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { itemOfLink, type LinkItem, linkOfItem } from '../../../shared/table/link-item.ts'
import type { Link, LinkId } from '../../../shared/link.ts'
import type { Redemption } from '../../../shared/redemption/link-table.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import type { Patch } from '../../support/broken/copy.ts'
import { anyLink, anyRedemption } from './any-link.ts'
import { copyWith, repository } from './failures.ts'

type Clauses = typeof import('../../../shared/redemption/clauses.ts')
type Writes = typeof import('../../../shared/redemption/writes.ts')
type Clause = NonNullable<ReturnType<Clauses['notExpired']>>

const count = 10_000
const now = secondsFromNoon(0)
const { link } = makeLink()
const items: readonly LinkItem[] = fc
  .sample(anyLink, { numRuns: 2 * count })
  .filter(({ expiresAt }) => expiresAt !== undefined)
  .slice(0, count)
  .map((fields, index) => itemOfLink({ ...link, ...fields, id: String(index) as LinkId }))
const links = items.map(linkOfItem)
const redemptions = fc.sample(anyRedemption, 10)

/** Returns every clause of every write of these redemptions, each text with its values once. */
async function clausesOf(root: string) {
  const { writesOf } = (await import(join(root, 'shared/redemption/writes.ts'))) as Writes
  const clauses: Clause[] = []
  for (const fields of redemptions) {
    const redemption: Redemption = { id: link.id, ...fields }
    const { useOf, reserveTry } = await writesOf(redemption)
    const { passphraseHash: _, ...withoutHash } = redemption
    const repeat = redemption.receipt ? [useOf({ ...withoutHash, repeatOnly: true })] : []
    const writes = [useOf(redemption), ...repeat, reserveTry]
    clauses.push(...writes.flatMap(write => write.clauses.flatMap(clause => clause(redemption, now) ?? [])))
  }
  return new Map(clauses.map(clause => [JSON.stringify(clause), clause]))
}

onDynamodbLocal(endpoint => {
  const table = `clauses-${randomUUID()}`
  const { config } = tablesAt(endpoint)
  const client = new DynamoDBClient({ region: 'us-east-1', ...config('us-east-1') })
  beforeAll(async () => {
    await createTables([table], ['us-east-1'], config)
    for (let from = 0; from < count; from += 25) {
      const puts = items.slice(from, from + 25).map(Item => ({ PutRequest: { Item } }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }))
    }
  })

  /** Returns the ids of the items for which the text of a clause holds. */
  async function holding({ text, values, names }: Clause, { attributesIn }: Clauses): Promise<ReadonlySet<string>> {
    const input = {
      TableName: table,
      ConsistentRead: true,
      FilterExpression: text,
      ProjectionExpression: '#id',
      ExpressionAttributeNames: { '#id': 'id', ...attributesIn(text), ...names },
      ...(values && { ExpressionAttributeValues: values }),
    }
    const ids = new Set<string>()
    for await (const { Items = [] } of paginateScan({ client }, input)) for (const { id } of Items) ids.add(id?.S ?? '')
    return ids
  }

  const found = new Map<string, ReadonlySet<string>>()

  /** Returns the clauses whose text and function disagree about an item. */
  async function disagreements(root: string): Promise<ReadonlySet<string>> {
    const clauses = (await import(join(root, 'shared/redemption/clauses.ts'))) as Clauses
    const wrong = new Set<string>()
    for (const [name, clause] of await clausesOf(root)) {
      const holds = found.get(name) ?? (await holding(clause, clauses))
      found.set(name, holds)
      const agrees = (each: Link) => (clause.reasonFor(each) === undefined) === holds.has(each.id)
      if (!links.every(agrees)) wrong.add(name)
    }
    return wrong
  }

  test(`the text of each clause holds for the items for which its function has no reason, of ${count}`, async () => {
    // Only the store compares the passphrase.
    expect([...(await disagreements(repository))].filter(name => !name.includes('passphraseHash IN'))).toEqual([])
  })

  const clauses = (find: string, replace: string): Patch => ({ file: 'shared/redemption/clauses.ts', find, replace })
  test.each<[string, Patch]>([
    ['begins late', clauses('(notBefore <= now ?', '(notBefore < now ?')],
    ['ends late', clauses('(expiresAt > now ?', '(expiresAt >= now ?')],
    [
      'forgets the map',
      {
        file: 'shared/redemption/several-uses.ts',
        find: 'link.uses === undefined || link.maxUses === undefined',
        replace: 'false',
      },
    ],
  ])('but not of one that %s', async (name, patch) => {
    expect(await disagreements(await copyWith(name, [patch]))).not.toEqual(await disagreements(repository))
  })
})
