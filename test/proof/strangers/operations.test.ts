import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dynamodbIdempotencyStore, dynamodbQuota } from '../../../api/adapters/dynamodb-api-state.ts'
import { dynamodbExpiredItems } from '../../../api/adapters/dynamodb-expired-items.ts'
import { dynamodbLinkLists, dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { secretSource } from '../../../shared/aws/secrets-manager.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/aws.ts'
import { parseAddress } from '../../../shared/address.ts'
import { binds, bindsWithoutClient, type Link } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { askUpdateOf } from '../../../shared/redemption/ask-update.ts'
import { dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { makeDraft, makeLink, redemptionOf, secondsFromNoon } from '../../support/table/links.ts'
import { missingPython } from '../../support/machine/python.ts'
import { caller } from '../../support/content/signed-front.ts'
import { allRight, askPython } from './ask-python.ts'
import { anyFilename, anyKey, anyText } from './generated.ts'
import { recordRequests, type RecordedRequest } from './recorded.ts'

const { region, credentials } = caller
const now = secondsFromNoon(0)
const attempt = { region, now, timeoutMs: 5000 } as const

const anyLink = fc
  .record({
    key: anyKey,
    filename: anyFilename,
    reference: anyText(40),
    contentType: fc.constant('text/plain'),
    size: fc.nat(),
    bind: fc.constantFrom(...binds),
    media: fc.constantFrom('object', 'folder', undefined),
    state: fc.constantFrom('live', undefined),
    network: fc.constantFrom(parseNetwork('203.0.113.0/24'), parseNetwork('2001:db8::/32'), undefined),
  })
  .map(({ media, state, network, ...fields }) => {
    const options = { ...(media && { media }), ...(state && { state }), ...(network && { network }) }
    return makeLink({ ...fields, ...options, homeRegion: region }).link
  })

/** What edge and api do with one link, at a service that responds to everything with an empty object. */
async function doAll(link: Link, endpoint: string): Promise<void> {
  const config = { endpoint, credentials }
  const api = dynamodbOfApi([region], () => config)
  const table = dynamodbLinkTable(
    'links',
    dynamodbOfEdge([region], () => config),
  )
  const [links, lists] = [dynamodbLinks('links', api), dynamodbLinkLists('links', api)]
  const expired = dynamodbExpiredItems('links', api, region)
  const state = dynamodbIdempotencyStore('state', { ...config, region })
  const record = { id: link.id, fingerprint: 'f', salt: 's', leaseUntil: now, expiresAt: now }
  const viewer = parseAddress(link.media === 'folder' ? '2001:db8::1' : '203.0.113.7')
  const redemption = { ...redemptionOf(link), bound: link.network !== undefined, viewer }
  const receipt = link.state && { receipt: makeDraft() }
  await Promise.allSettled([
    table.tryConsume({ ...redemption, binds: receipt ? binds : bindsWithoutClient, ...receipt }, attempt),
    table.tryReserve({ ...redemption, binds: bindsWithoutClient, ...receipt }, attempt),
    table.tryConsume({ ...redemption, binds: bindsWithoutClient, ...receipt, passphraseHash: 'hash' }, attempt),
    table.exists(link.id, attempt),
    table.inspect(link, undefined, attempt),
    table.inspect(link, 'probed', attempt),
    table.inspect(link, 'refusedAfterUse', attempt),
    table.inspect(link, askUpdateOf, attempt),
    links.put(link, region),
    links.find(link.id, region),
    links.revoke(link, region),
    lists.page({ reference: link.reference, after: link, limit: 50 }, region),
    lists.page({ reference: undefined, after: link, limit: 50 }, region),
    expired.find(0, 4, now)[Symbol.asyncIterator]().next(),
    expired.purge(link.id, now),
    state.reserve(record, now),
    state.complete(record, { link, keySlot: 1, attempt: 1 }),
    state.release(record),
    dynamodbQuota('state', { ...config, region }, 5000).tryAdd({ id: link.id, expiresAt: now }, 1, 10),
    secretSource('once/keys', { ...config, region })(),
  ])
}

const operations = ['DeleteItem', 'GetItem', 'GetSecretValue', 'PutItem', 'Query', 'Scan', 'UpdateItem']

const lineOf = ({ headers, ...request }: RecordedRequest) => {
  const [, service] = /\/(\w+)\/aws4_request/.exec(headers['authorization'] ?? '') ?? []
  return { ...request, headers, service, region, ...credentials }
}

describe.skipIf(missingPython !== undefined)(
  'botocore, as the authority on requests to DynamoDB and Secrets Manager,',
  () => {
    test('knows every input that edge and api send, and would send and sign the same', async () => {
      const seed = randomInt(2 ** 31)
      const { origin, requests } = await recordRequests(200, {})
      for (const link of fc.sample(anyLink, { numRuns: 60, seed })) await doAll(link, origin)
      const lines = requests.map(lineOf)
      expect(new Set(lines.map(line => line.headers['x-amz-target']?.split('.')[1]))).toEqual(new Set(operations))
      expect(lines).toHaveLength(60 * 20)
      expect(await askPython('operations.py', lines), `seed ${seed}`).toEqual(allRight(lines))
      expect(await askPython('sigv4.py', lines), `seed ${seed}`).toEqual(allRight(lines))
    })

    test('notices another parameter, a number that is not text, a value that the operation does not have, and no key', async () => {
      const { origin, requests } = await recordRequests(200, {})
      const table = dynamodbLinkTable(
        'links',
        dynamodbOfEdge([region], () => ({ endpoint: origin, credentials })),
      )
      await table.tryConsume(redemptionOf(makeLink().link), attempt)
      const [line] = requests.map(lineOf)
      const changes: readonly (readonly [find: string | RegExp, replace: string])[] = [
        ['"TableName"', '"Table":"links","TableName"'],
        [/"N":"(\d+)"/, '"N":$1'],
        ['ALL_OLD', 'ALL'],
        ['"Key":{', '"Keys":{'],
      ]
      const wrong = changes.map(([find, replace]) => ({ ...line, body: line?.body.replace(find, replace) }))
      expect(await askPython('operations.py', [line!, ...wrong])).toMatchObject({ checked: 5, wrong: 4 })
    })
  },
)
