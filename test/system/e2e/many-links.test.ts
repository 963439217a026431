import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { EmulatorOptions } from '../../../emulator/emulator.ts'
import type { Region } from '../../../shared/regions.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'
import { onDynamodbLocal } from '../../support/on-stores.ts'

const all = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const
const reference = 'mailing 5/ü & more'

/** A hundred inputs, ten of them invalid; the others alternate between home Regions, every fourth with a receipt. */
const hundredIn = (homes: readonly Region[]) =>
  Array.from({ length: 100 }, (_, index) =>
    index % 10 === 7
      ? { key: 'file.txt', reference, expiresIn: -index }
      : { key: 'file.txt', reference, homeRegion: homes[index % homes.length], receipt: index % 4 === 0 },
  )

interface Result {
  readonly status: number
  readonly link?: { readonly id: string; readonly url: string }
  readonly problem?: { readonly reason: string; readonly errors: readonly { readonly field: string }[] }
}

interface Page {
  readonly links: readonly { readonly id: string; readonly state: string }[]
  readonly next?: string
}

async function issueAll(api: string, links: readonly object[]): Promise<readonly Result[]> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'mailing-5' }
  const { status, body } = await ask(`${api}/links/batch`, { method: 'POST', headers, body: JSON.stringify({ links }) })
  expect(status).toBe(200)
  return (JSON.parse(body) as { results: readonly Result[] }).results
}

async function listAll(api: string, filters: Readonly<Record<string, string>>): Promise<Page['links']> {
  const links: Page['links'][number][] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 100; pages += 1) {
    const query = new URLSearchParams({ ...filters, limit: '9', ...(cursor !== undefined && { cursor }) })
    const { status, body } = await ask(`${api}/links?${query.toString()}`)
    expect(status, body).toBe(200)
    const page = JSON.parse(body) as Page
    links.push(...page.links)
    cursor = page.next
    if (cursor === undefined) return links
  }
  throw new Error('the list does not end')
}

/** Issues a hundred links, twice with one key, redeems and lists them. */
async function useMany(homes: readonly Region[], options: Partial<EmulatorOptions>, isAlone = true): Promise<void> {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'file.txt'), 'x')
  const { api, edges } = await emulatorHere({ bucket, ...options })
  const hundred = hundredIn(homes)
  const results = await issueAll(api, hundred)
  expect(results.map(({ status }) => status)).toEqual(hundred.map((_, index) => (index % 10 === 7 ? 400 : 201)))
  expect(results[7]?.problem?.errors.map(({ field }) => field)).toEqual(['expiresIn'])
  const again = await issueAll(api, hundred)
  expect(again.map(({ link }) => link)).toEqual(results.map(({ link }) => link))
  const links = results.flatMap(({ link }) => link ?? [])

  const edge = Object.values(edges)[1] ?? ''
  for (const { url } of links) {
    const { pathname } = new URL(url)
    const responses = [await ask(edge + pathname), await ask(edge + pathname)]
    expect(responses.map(({ status }) => status)).toEqual([302, 403])
  }
  const used = results.flatMap(({ link }, index) => (index % 4 === 0 ? (link?.id ?? []) : []))
  const byReference = [{ reference }, { reference, state: 'used' }]
  for (const filters of isAlone ? [...byReference, {}, { state: 'used' }] : byReference) {
    const listed = await listAll(api, filters)
    expect(listed.map(({ id }) => id).toSorted()).toEqual(used.toSorted())
  }
  expect(await listAll(api, { reference, state: 'live' })).toEqual([])
}

describe('of a hundred links in one request, ten of them invalid, ninety are issued, redeemed once each, and listed', () => {
  test('in mode strong', async () => {
    await useMany(all, { mode: 'strong' })
  })

  test('in mode home, with links of one Region, because lists of other Regions’ links lag', async () => {
    await useMany(['us-east-1'], {})
  })
})

onDynamodbLocal(dynamodb => {
  test('of a hundred links in one request, ten of them invalid, ninety are issued, redeemed once each, and listed', async () => {
    // The table also has links of other suites.
    await useMany(all, { dynamodb, mode: 'strong' }, false)
  })
})
