import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { randomBytes } from 'node:crypto'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { afterAll, describe, expect, test } from 'vitest'
import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import { createHandler, type EdgeHandler } from '../../../edge/redeem/handler.ts'
import type { Link } from '../../../shared/link.ts'
import type { NonceFlags } from '../../../shared/nonce.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { regions } from '../../../shared/regions.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { previousEdge } from '../../support/broken/previous-edge.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { makeLink } from '../../support/table/links.ts'
import { storeOn } from '../../support/table/memory-store.ts'
import { instantly, simulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'

// While a version is deployed, edges of this version and of the one before serve the same links.

type RequestOptions = Omit<Parameters<typeof viewerRequest>[0], 'uri'>
type Fields = { readonly [name in keyof Link]?: Link[name] | undefined }

const root = await brokenCopy('previous edge', previousEdge)
afterAll(() => removeCopy(root))
const previous = await load<{ createHandler: typeof createHandler }>('edge/redeem/handler.ts')
const previousTable = await load<{ dynamodbLinkTable: typeof dynamodbLinkTable }>(
  'shared/redemption/dynamodb-link-table.ts',
)

function load<Module>(file: string): Promise<Module> {
  return import(pathToFileURL(join(root, file)).href) as Promise<Module>
}

/** Issues a link in one table, with an edge of each version on it; both are behind a gate. */
async function issued(fields: Fields, flags: Partial<NonceFlags> = {}) {
  const api = instantly(simulatedDynamoDB(regions, 'eventual', { now: () => 0, publish: () => undefined }))
  const { links } = storeOn({ edge: operationsOf(api), api }, 'links')
  const clock = manualClock()
  let calls = 0
  const counted = { send: (...args: Parameters<Operations['send']>) => ((calls += 1), operationsOf(api).send(...args)) }
  const { nonce, link } = makeLink(fields as Partial<Link>, flags)
  await links.put(link, link.homeRegion)
  const common = { clock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  const deployment = testDeployment({ gate: true, uploadApi: 'https://send.example.com/api' })
  const opener = (edge: EdgeHandler) => (options: RequestOptions) =>
    edge(viewerRequest({ uri: `/d/${nonce}`, ...options }))
  return {
    link,
    clock,
    calls: () => calls,
    stored: () => links.find(link.id, link.homeRegion),
    before: opener(
      previous.createHandler(
        { ...common, table: previousTable.dynamodbLinkTable('links', counted) },
        deployment,
        'eu-west-1',
      ),
    ),
    now: opener(createHandler({ ...common, table: dynamodbLinkTable('links', counted) }, deployment, 'eu-west-1')),
  }
}

type Operations = ReturnType<typeof operationsOf>

const secret = { headers: { 'Once-Client': 'S'.repeat(43) } }
const key = { headers: { 'Idempotency-Key': 'order 17' } }
const takesFile: Fields = {
  key: 'in/received' as ObjectKey,
  maxBytes: 25_000_000,
  confirm: 'required',
  state: 'live',
  bind: 'none',
}

/** Returns the policy of the capability, or the reason of the refusal. */
function resultOf(response: CloudFrontResultResponse): string {
  return policyOf(response) ?? (JSON.parse(response.body ?? '{}') as { reason: string }).reason
}

describe('an edge of the version before', () => {
  const bound = (['client', 'client-only'] as const).flatMap(bind =>
    (['live', undefined] as const).map(state => [bind, state] as const),
  )

  test.each(bound)('does not use a link bound %s, state %s, and asks no store', async (bind, state) => {
    const { before, now, calls, stored, link } = await issued({ bind, state })
    for (const options of [secret, key, {}]) {
      const response = await before(options)
      expect([response.status, resultOf(response)]).toEqual(['503', 'unsupported'])
    }
    expect(calls()).toBe(0)
    expect(await stored()).toEqual(link)
    expect(resultOf(await now(secret))).toContain('&c=')
  })

  test.each(['live', undefined] as const)(
    'does not use a link with a passphrase, state %s, and asks no store',
    async state => {
      const { before, calls, stored, link } = await issued({ state, passphraseHash: 'hash', tries: 0, maxTries: 5 })
      for (const options of [{ headers: { 'Once-Passphrase': '482109375526' } }, key, {}]) {
        const response = await before(options)
        expect([response.status, resultOf(response)]).toEqual(['503', 'unsupported'])
      }
      expect(calls()).toBe(0)
      expect(await stored()).toEqual(link)
    },
  )

  test('does not use a link for several clients, and asks no store', async () => {
    const { before, now, calls, stored, link } = await issued({ state: 'live', maxUses: 2, uses: [] })
    for (const options of [{ method: 'POST', ...key }, key, {}]) {
      const response = await before(options)
      expect([response.status, resultOf(response)]).toEqual(['503', 'unsupported'])
    }
    expect(calls()).toBe(0)
    expect(await stored()).toEqual(link)
    expect(resultOf(await now({ method: 'POST', ...key }))).toContain(
      '"Resource":"https://files.example.com/report.pdf',
    )
  })

  test('does not use a link that takes a file, and asks no store', async () => {
    const { before, now, calls, stored, link } = await issued(takesFile)
    for (const options of [{ method: 'POST', ...key }, key, {}]) {
      const response = await before(options)
      expect([response.status, resultOf(response)]).toEqual(['503', 'unsupported'])
    }
    expect(calls()).toBe(0)
    expect(await stored()).toEqual(link)
    const location = headerOf(await now({ method: 'POST', ...key }), 'location')
    expect(location).toMatch(/^https:\/\/send\.example\.com\/upload\.html#/)
  })

  test('would sign a URL of its folder, if the nonce had no flag', async () => {
    const { before, stored } = await issued(takesFile, { upload: false })
    expect(resultOf(await before({ method: 'POST', ...key }))).toContain(
      '"Resource":"https://files.example.com/in/received"',
    )
    expect((await stored())?.state).toBe('used')
  })

  test('would end one for all other clients, if the nonce had no flag', async () => {
    const { before, stored } = await issued({ state: 'live', maxUses: 2, uses: [] }, { extended: false })
    expect(resultOf(await before(key))).toContain('"Resource":"https://files.example.com/report.pdf"')
    expect((await stored())?.state).toBe('used')
  })

  test('would use one without a passphrase, if the nonce had no flag', async () => {
    const { before, stored } = await issued({ passphraseHash: 'hash', tries: 0, maxTries: 5 }, { passphrase: false })
    expect(resultOf(await before({}))).toContain('"Resource":"https://files.example.com/report.pdf"')
    expect(await stored()).toBeUndefined()
  })

  test.each(bound)('would sign one without a binding, if the nonce had no flag: %s, state %s', async (bind, state) => {
    const { before } = await issued({ bind, state }, { client: false })
    const policy = resultOf(await before({}))
    expect(policy).toContain('"Resource":"https://files.example.com/report.pdf"')
    expect(policy).not.toMatch(/IpAddress|[?&][lac]=/)
  })
})

const known = (['exact', 'prefix', 'none'] as const).flatMap(bind =>
  (['live', undefined] as const).map(state => [bind, state] as const),
)
const networks = { exact: '203.0.113.7/32', prefix: '203.0.113.0/24', none: undefined } as const

describe('a link of the version before', () => {
  test.each(known)('gets the same capability from both versions: bound %s, state %s', async (bind, state) => {
    const fields = { bind, state, filename: 'f.pdf' }
    const policies = await Promise.all(
      (['before', 'now'] as const).map(async version => resultOf(await (await issued(fields))[version](key))),
    )
    expect(policies[1]).toBe(policies[0])
    expect(/"AWS:SourceIp":"([^"]+)"/.exec(policies[1] ?? '')?.[1]).toBe(networks[bind])
  })

  test('differs without a file name only in that it now has one', async () => {
    const [before, now] = [await issued({}), await issued({})]
    const policy = resultOf(await before.before(key))
    const disposition = /\?response-content-disposition=[^"]+/
    expect(policy).not.toMatch(disposition)
    expect(resultOf(await now.now(key)).replace(disposition, '')).toBe(policy)
  })

  test.each(['exact', 'prefix', 'none'] as const)('is repeated at the other version, bound %s', async bind => {
    for (const [first, second] of [
      ['before', 'now'],
      ['now', 'before'],
    ] as const) {
      const link = await issued({ bind, state: 'live', filename: 'f.pdf' })
      const policy = resultOf(await link[first](key))
      link.clock.advance(5000)
      expect(resultOf(await link[second](key))).toBe(policy)
      expect(resultOf(await link[second]({ headers: { 'Idempotency-Key': 'order 18' } }))).toBe('spent')
      const elsewhere = resultOf(await link[second]({ ...key, clientIp: '198.51.100.9' }))
      expect(elsewhere).toBe(bind === 'none' ? policy : 'spent')
    }
  })

  test('is used once, at either version', async () => {
    for (const state of ['live', undefined] as const) {
      const { before, now } = await issued({ state })
      const results = [resultOf(await now(key)), resultOf(await before(secret)), resultOf(await now(secret))]
      expect(results.slice(1)).toEqual(['spent', 'spent'])
    }
  })
})
