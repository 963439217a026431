import { describe, expect, test } from 'vitest'
import { type BatchedLink, createClient, type IssueOptions, ProblemError } from '../../../client/client.ts'
import { malwareTestText } from '../../../shared/scan.ts'
import { rejection } from '../../support/client/rejection.ts'
import { problem, responds, scriptedApi } from '../../support/client/scripted-api.ts'
import { scanningEmulator, sumOf } from '../../support/emulator/scanning-emulator.ts'
import { opened } from '../../support/cli/local-links.ts'

const unchecked = problem(409, 'object-unchecked', { 'retry-after': '5' })
const issued = { id: 'A'.repeat(22), url: 'https://h/d/x', expiresAt: '2099-01-01T00:00:00Z', homeRegion: 'us-east-1' }

/** Creates a client whose waits take no time, and returns them in milliseconds. */
function clientAt(origin: string) {
  const waits: number[] = []
  const wait = async (ms: number, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    waits.push(ms)
  }
  return { client: createClient({ origin, wait }), waits }
}

async function uploaded(emulator: Awaited<ReturnType<typeof scanningEmulator>>, content: string) {
  const client = createClient(emulator.options)
  return { client, file: await client.upload(new Blob([content]), { filename: 'a b+ü.txt' }) }
}

describe('on the emulator, a link', () => {
  test('is issued as soon as the scan has found nothing, and not before', async () => {
    const emulator = await scanningEmulator({})
    const { client, file } = await uploaded(emulator, 'clean')
    const checks: number[] = []
    const { url } = await client.issue(file, { onCheck: ({ waitedMs }) => checks.push(waitedMs) })
    expect(emulator.seen).toMatchObject({ waits: [5000], linksAtWaits: [0] })
    expect(checks).toEqual([0])
    expect(await emulator.links()).toHaveLength(1)
    expect(await opened(url)).toBe('clean')
  })

  test('is issued without a wait if there is a result already', async () => {
    const emulator = await scanningEmulator({})
    const { client, file } = await uploaded(emulator, 'clean')
    emulator.pass(2000)
    await client.issue(file)
    expect(emulator.seen.waits).toEqual([])
  })

  test.each([
    ['malware', 'THREATS_FOUND'],
    ['what can not be scanned', 'UNSUPPORTED'],
    ['what the scan failed on', 'FAILED'],
    ['a result that this release does not know', 'NEW'],
  ])('to %s is refused, at once and for good', async (_, got) => {
    const isFound = got === 'THREATS_FOUND'
    const emulator = await scanningEmulator(isFound ? {} : { result: got })
    const { client, file } = await uploaded(emulator, isFound ? malwareTestText() : 'x')
    for (const _ of [1, 2]) {
      const error = (await rejection(client.issue(file))) as ProblemError
      expect(error).toMatchObject({ status: 422, reason: 'object-refused' })
      expect(error.errors).toEqual([{ field: 'key', got, allowed: `NO_THREATS_FOUND of ${JSON.stringify(file.key)}` }])
    }
    expect(emulator.seen).toMatchObject({ waits: [5000], linksAtWaits: [0] })
    expect(await emulator.links()).toEqual([])
  })

  test('to a large file waits for minutes, ever longer, with one key', async () => {
    const emulator = await scanningEmulator({ afterMs: 600_000 })
    const { client, file } = await uploaded(emulator, 'clean')
    const { url } = await client.issue(file)
    const { waits, linksAtWaits } = emulator.seen
    expect(waits.slice(0, 7)).toEqual([5000, 5000, 5000, 5000, 5000, 5000, 6000])
    expect(waits.at(-1)).toBe(60_000)
    expect(sumOf(waits)).toBeLessThan(600_000 * 1.2)
    expect(new Set(linksAtWaits)).toEqual(new Set([0]))
    expect(await emulator.links()).toHaveLength(1)
    expect(await opened(url)).toBe('clean')
  })

  test.each([
    ['half an hour', {}, 1_800_000],
    ['what checkMs says', { checkMs: 60_000 }, 60_000],
    ['no time, if checkMs is 0', { checkMs: 0 }, 0],
  ])('that never has a result ends with object-unchecked after %s, and can be asked for again', async (_, more, ms) => {
    const emulator = await scanningEmulator({ afterMs: 7_200_000 })
    const { client, file } = await uploaded(emulator, 'clean')
    const options: IssueOptions = { idempotencyKey: 'k', ...more }
    expect(await rejection(client.issue(file, options))).toMatchObject({ status: 409, reason: 'object-unchecked' })
    const { waits, linksAtWaits } = emulator.seen
    expect(sumOf(waits)).toBeGreaterThanOrEqual(ms)
    expect(sumOf(waits)).toBeLessThanOrEqual(ms * 1.04)
    expect(linksAtWaits.every(links => links === 0)).toBe(true)
    expect(await emulator.links()).toEqual([])
    emulator.pass(7_200_000)
    expect(await opened((await client.issue(file, options)).url)).toBe('clean')
  })

  test('of 150 that is slow delays those of its batch, and no link is issued twice', async () => {
    const emulator = await scanningEmulator({})
    const { client, file } = await uploaded(emulator, 'clean')
    emulator.pass(2000)
    const slow = await client.upload(new Blob(['slow']), { filename: 'slow.txt' })
    const links = Array.from({ length: 150 }, (_, n) => ({ ...(n === 120 ? slow : file), reference: `row ${n}` }))
    const results: BatchedLink[] = []
    for await (const result of client.issueMany(links)) results.push(result)
    expect(results.every(result => 'link' in result)).toBe(true)
    // All others are issued meanwhile, but it is not.
    expect(emulator.seen).toMatchObject({ waits: [5000], linksAtWaits: [149] })
    const references = (await emulator.links()).map(({ reference }) => reference)
    expect(new Set(references).size).toBe(150)
    expect(references).toHaveLength(150)
  })

  test('in a batch that never has a result, or a bad one, leaves the others theirs', async () => {
    const emulator = await scanningEmulator({ afterMs: 7_200_000 })
    const { client, file } = await uploaded(emulator, 'clean')
    const bad = await client.upload(new Blob([malwareTestText()]), { filename: 'bad.txt' })
    emulator.pass(7_200_000)
    const slow = await client.upload(new Blob(['slow']), { filename: 'slow.txt' })
    const results: BatchedLink[] = []
    for await (const result of client.issueMany([file, slow, bad])) results.push(result)
    expect(results).toMatchObject([
      { link: { pinned: true } },
      { problem: { status: 409, reason: 'object-unchecked' } },
      { problem: { status: 422, reason: 'object-refused' } },
    ])
    expect(sumOf(emulator.seen.waits)).toBeGreaterThanOrEqual(1_800_000)
    expect((await emulator.links()).map(({ key }) => key)).toEqual([file.key])
  })

  test('that is replaced waits, too', async () => {
    const { origin } = await scriptedApi(unchecked, responds(201, issued))
    const { client, waits } = clientAt(origin)
    expect(await client.replace(issued.id)).toEqual(issued)
    expect(waits).toEqual([5000])
  })
})

describe('a call that waits for a scan', () => {
  test('waits beyond its attempts, and has all of them for each request', async () => {
    const busy = problem(503, 'unavailable')
    const turns = [unchecked, unchecked, unchecked, unchecked, unchecked, unchecked] as const
    const { origin, requests } = await scriptedApi(...turns, busy, busy, busy, unchecked, responds(201, issued))
    const { client } = clientAt(origin)
    expect(await client.issue({ key: 'a' })).toEqual(issued)
    expect(requests).toHaveLength(11)
    expect(new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test('waits as long as the API asks for, up to a minute', async () => {
    const { origin } = await scriptedApi(
      problem(409, 'object-unchecked', { 'retry-after': '20' }),
      problem(409, 'object-unchecked', { 'retry-after': '3600' }),
      responds(201, issued),
    )
    const { client, waits } = clientAt(origin)
    await client.issue({ key: 'a' })
    expect(waits).toEqual([20_000, 60_000])
  })

  test('ends at once if the API does not say when to ask again', async () => {
    const { origin } = await scriptedApi(problem(409, 'object-unchecked'))
    const { client, waits } = clientAt(origin)
    expect(await rejection(client.issue({ key: 'a' }))).toMatchObject({ reason: 'object-unchecked' })
    expect(waits).toEqual([])
  })

  test.each(['issue', 'issueMany', 'replace'] as const)('ends with the reason of its signal: %s', async name => {
    const batch = { results: [{ status: 409, problem: problemOf('object-unchecked'), retryAfterSeconds: 5 }] }
    const turn = name === 'issueMany' ? responds(200, batch) : unchecked
    const { origin, requests } = await scriptedApi(turn)
    const stop = new AbortController()
    const { client } = clientAt(origin)
    const onCheck: IssueOptions['onCheck'] = ({ waitedMs }) => waitedMs > 0 && stop.abort(new Error('left'))
    const options = { signal: stop.signal, onCheck }
    const call = {
      issue: async () => client.issue({ key: 'a' }, options),
      replace: async () => client.replace(issued.id, options),
      issueMany: async () => client.issueMany([{ key: 'a' }], options).next(),
    }[name]
    expect(await rejection(call())).toEqual(new Error('left'))
    expect(requests).toHaveLength(2)
  })

  test('ends at once if it is aborted between two requests', async () => {
    const { origin, requests } = await scriptedApi(unchecked)
    const stop = new AbortController()
    const onCheck = () => void setTimeout(() => stop.abort(new Error('left')), 10)
    const startedAt = performance.now()
    const call = createClient({ origin }).issue({ key: 'a' }, { signal: stop.signal, onCheck })
    expect(await rejection(call)).toEqual(new Error('left'))
    expect(performance.now() - startedAt).toBeLessThan(4000)
    expect(requests).toHaveLength(1)
  })

  test('ends with the error of onCheck', async () => {
    const { origin, requests } = await scriptedApi(unchecked)
    const { client, waits } = clientAt(origin)
    const onCheck = () => {
      throw new Error('enough')
    }
    expect(await rejection(client.issue({ key: 'a' }, { onCheck }))).toEqual(new Error('enough'))
    expect([waits, requests.length]).toEqual([[], 1])
  })

  test('says how long it has waited, without its other attempts', async () => {
    const { origin } = await scriptedApi(unchecked, problem(503, 'unavailable'), unchecked, responds(201, issued))
    const { client } = clientAt(origin)
    const checks: number[] = []
    await client.issue({ key: 'a' }, { onCheck: ({ waitedMs }) => checks.push(waitedMs) })
    expect(checks).toEqual([0, 5000])
  })
})

const problemOf = (reason: string) => ({
  type: `urn:once-at-edge:problem:${reason}`,
  title: 'No',
  status: 409,
  detail: '',
  reason,
  requestId: 'r-1',
})
