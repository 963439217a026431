import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamodbLinkLists } from '../../../api/adapters/dynamodb-links.ts'
import { type DynamoDB, dynamodbIn } from '../../../api/adapters/dynamodb.ts'
import { callerHashes } from '../../../api/principal.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import { testApi } from '../../support/api/api.ts'
import { asToken, issuersOf } from '../../support/api/issuers.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'

const [all, own] = [100_000, 200]
const table = 'own-links'
const carol = asToken('carol', ['desk'])
const issuers = issuersOf({ id: 'desk', group: 'desk', prefixes: [''], verbs: ['read'], own: true })

/** The hash of a caller under the current MAC key; links of 499 others have their hash, as many as carol each. */
const hashOf = (n: number) =>
  callerHashes(n === 0 ? 'token/https://login.example.com/carol' : `other ${n}`, testKeys.mac)[0]

async function load(client: DynamoDBClient): Promise<void> {
  const callers = Array.from({ length: all / own }, (_, n) => hashOf(n))
  const itemOf = (n: number) => {
    const fields = { issuer: 'desk', caller: callers[n % callers.length] ?? '', issuedAt: secondsFromNoon(-n) }
    return { PutRequest: { Item: itemOfLink(makeLink({ ...fields, reference: 'desk/all' }).link) } }
  }
  const batches = Array.from({ length: all / 25 }, (_, batch) => batch).values()
  const work = async () => {
    for (const batch of batches) {
      const RequestItems = { [table]: Array.from({ length: 25 }, (_, n) => itemOf(batch * 25 + n)) }
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems }))
      expect(UnprocessedItems).toEqual({})
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
}

onDynamodbLocal(endpoint => {
  test(
    'of 100,000 links, 200 are one’s own: a page of them reads fifty, and nothing is scanned',
    { timeout: 300_000 },
    async () => {
      const { config } = tablesAt(endpoint)
      await createTables([table], ['us-east-1'], config)
      await load(new DynamoDBClient({ region: 'us-east-1', ...config('us-east-1') }))
      const dynamodb = dynamodbIn(['us-east-1'], config)
      let read: [operation: string, scanned: number][] = []
      const counting: DynamoDB = (region, timeoutMs) => ({
        async send(operation, input) {
          const output = await dynamodb(region, timeoutMs).send(operation, input)
          read.push([operation, (output as { readonly ScannedCount: number }).ScannedCount])
          return output
        },
      })
      const api = testApi({ listings: dynamodbLinkLists(table, counting) }, { issuers, homeRegions: ['us-east-1'] })
      const ids = new Set<string>()
      let cursor = ''
      for (let page = 0; page < own / 50; page += 1) {
        read = []
        const { body } = await api.call('GET', `/links${cursor && `?cursor=${cursor}`}`, carol)
        for (const { id } of body['links'] as { id: string }[]) ids.add(id)
        expect(read.filter(([, scanned]) => scanned > 0)).toEqual([['Query', 50]])
        expect(read.map(([operation]) => operation)).not.toContain('Scan')
        cursor = (body['next'] ?? '') as string
      }
      expect(ids.size).toBe(own)
    },
  )
})
