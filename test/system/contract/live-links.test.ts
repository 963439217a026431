import { randomUUID } from 'node:crypto'
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { prerequisites } from '../../../cli/adapters/aws/prerequisites.ts'
import type { LiveLinks } from '../../../cli/ports/aws-deploy.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import type { Link } from '../../../shared/link.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { onBothStores } from '../../support/table/on-stores.ts'

const region = 'us-east-1'
const now = secondsFromNoon(0)
const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(-5), urlExpiresAt: secondsFromNoon(25) }
/** Lives from two hours before noon to an hour after it. */
const live: Partial<Link> = {
  homeRegion: 'us-east-2',
  issuedAt: secondsFromNoon(-7200),
  expiresAt: secondsFromNoon(3600),
}

/** Whether a table with these links has one that is looked for. */
type Row = readonly [
  what: string,
  links: readonly Partial<Link>[],
  search: Omit<LiveLinks, 'now'> & { readonly isFound: boolean },
]

const rows: readonly Row[] = [
  ['a live link', [live], { isFound: true }],
  ['a live link with a receipt', [{ ...live, state: 'live' }], { isFound: true }],
  ['no link', [], { isFound: false }],
  ['an expired link', [{ ...live, expiresAt: now }], { isFound: false }],
  ['a used link', [{ ...live, state: 'used', receipt }], { isFound: false }],
  ['a revoked link', [{ ...live, state: 'revoked' }], { isFound: false }],
  ['a revoked link that was used', [{ ...live, state: 'revoked', receipt }], { isFound: false }],
  ['a link of the home', [live], { home: 'us-east-2', isFound: true }],
  ['a link of another home', [live], { home: 'us-east-1', isFound: false }],
  ['a longer link that expires soon', [live], { longerThan: 3 * 3600 - 1, isFound: true }],
  ['a link of just that length', [live], { longerThan: 3 * 3600, isFound: false }],
  ['a longer link that was revoked', [{ ...live, state: 'revoked' }], { longerThan: 1, isFound: false }],
  [
    'a longer link after shorter ones',
    [...Array.from({ length: 20 }, () => ({ issuedAt: now })), live],
    { longerThan: 7200, isFound: true },
  ],
]

onBothStores([region], tables => {
  describe('a deployment looks for live links', () => {
    let client: DynamoDBClient
    beforeAll(() => {
      client = new DynamoDBClient({ region, ...tables().config(region) })
    })

    test.each(rows)('%s', async (_, links, { isFound, ...search }) => {
      const { endpoint, credentials } = tables().config(region)
      vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
      vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
      const table = `links-${randomUUID()}`
      await createTables([table], [region], tables().config)
      for (const link of links) {
        const Item = itemOfLink(makeLink(link).link)
        await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: [{ PutRequest: { Item } }] } }))
      }
      expect(await prerequisites().hasLiveLinks(table, region, { ...search, now })).toBe(isFound)
    })
  })
})
