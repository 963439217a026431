import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { LinkId } from '../../../shared/link.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { anyDownload, type Download } from '../../support/deliveries/clients.ts'
import { type DeliveryCode, deliveryFunction, loadDeliveryCode, logObject } from '../../support/deliveries/function.ts'

const shipped = await loadDeliveryCode(join(import.meta.dirname, '../../..'))
const idOf = (index: number) => `L${String(index).padStart(21, '0')}` as LinkId
const downloads = fc.tuple(...Array.from({ length: 10 }, (_, index) => anyDownload(idOf(index))))

/** Folds objects, in their order, and returns all that is stored but its version. */
async function fold({ createHandler }: DeliveryCode, objects: readonly (readonly object[])[]) {
  const delivered = deliveryFunction({ createHandler })
  for (const [index, records] of objects.entries()) {
    delivered.objects.set(`object-${index}`, logObject(records))
    expect(await delivered.notify([`object-${index}`])).toEqual([])
  }
  return { facts: new Map([...delivered.stored].map(([id, { facts }]) => [id, facts])), events: delivered.events }
}

/** Throws unless each verdict is right. */
function check(
  { verdictOf }: DeliveryCode,
  facts: Awaited<ReturnType<typeof fold>>['facts'],
  all: readonly Download[],
) {
  for (const [index, download] of all.entries()) {
    const { state, bytes } = verdictOf(facts.get(idOf(index)))
    const text = `${download.kind}: ${state}, ${bytes}`
    expect(state === 'complete', text).toBe(download.isComplete)
    expect(state === 'none', text).toBe(!download.isStarted)
    expect(bytes, text).toBeLessThanOrEqual(download.most)
    expect(bytes, text).toBeGreaterThanOrEqual(download.least)
  }
}

const rightVerdicts = (code: DeliveryCode) =>
  fc.asyncProperty(downloads, async all => {
    const { facts } = await fold(code, [all.flatMap(({ records }) => records)])
    check(code, facts, all)
  })

const anyOrder = (code: DeliveryCode) =>
  fc.asyncProperty(downloads, fc.infiniteStream(fc.nat()), async (all, dice) => {
    const records = all.flatMap(download => download.records)
    const next = () => Number(dice.next().value)
    // Some come twice, all in another order, in up to six objects, of which one is read again.
    const doubled = records.flatMap(record => (next() % 3 === 0 ? [record, record] : [record]))
    const shuffled = doubled.map(record => ({ record, die: next() })).toSorted((one, other) => one.die - other.die)
    const objects: object[][] = Array.from({ length: 1 + (next() % 6) }, () => [])
    for (const { record } of shuffled) objects[next() % objects.length]?.push(record)
    const inOrder = await fold(code, [records])
    const otherwise = await fold(code, [...objects, objects[next() % objects.length] ?? []])
    expect(otherwise.facts).toEqual(inOrder.facts)
    const idsOf = (result: typeof inOrder) => result.events.map(({ detail }) => detail.id).toSorted()
    expect(idsOf(otherwise)).toEqual(idsOf(inOrder))
    check(code, otherwise.facts, all)
  })

describe('of clients that complete, break off, resume, and fetch parts', () => {
  test('every verdict is right', async () => {
    await fc.assert(rightVerdicts(shipped), { numRuns: 300 })
  })

  test('records that are shuffled, doubled and split over objects give the same', async () => {
    await fc.assert(anyOrder(shipped), { numRuns: 150 })
  })
})

const record = 'jobs/deliveries/record.ts'
type AnyProperty = ReturnType<typeof anyOrder> | ReturnType<typeof rightVerdicts>
const broken: readonly (readonly [string, Patch, (code: DeliveryCode) => AnyProperty])[] = [
  [
    'adds up the bytes of responses',
    {
      file: 'shared/delivery/ranges.ts',
      find: 'if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)\n    else joined.push([start, end])',
      replace: 'if (last === undefined) joined.push([0, end - start])\n    else last[1] += end - start',
    },
    rightVerdicts,
  ],
  [
    'ignores the type of the result',
    { file: record, find: "sentResults.has(record('x-edge-result-type')) && ", replace: '' },
    rightVerdicts,
  ],
  [
    'takes the length that a response has, not what was written of it',
    { file: record, find: 'const isWhole = ', replace: 'const isWhole = true || ' },
    rightVerdicts,
  ],
  [
    'counts the head of a broken response as bytes of the file',
    { file: record, find: ' - maxHeadBytes', replace: '' },
    rightVerdicts,
  ],
  [
    'counts requests with HEAD',
    { file: record, find: "record('cs-method') === 'GET' && ", replace: '' },
    rightVerdicts,
  ],
  [
    'forgets where the client went on',
    { file: 'shared/delivery/facts.ts', find: 'bridgeGaps(facts.written, facts.perhaps)', replace: 'facts.written' },
    rightVerdicts,
  ],
  [
    'keeps the time of the record that came first',
    { file: 'shared/delivery/facts.ts', find: 'Math.max(one.lastAt, other.lastAt)', replace: 'one.lastAt' },
    anyOrder,
  ],
]

describe('a version that', () => {
  test.each(broken)('%s is found', async (name, patch, property) => {
    const root = await brokenCopy(name, [patch], ['jobs', 'shared'])
    onTestFinished(() => removeCopy(root))
    const { failed } = await fc.check(property(await loadDeliveryCode(root)) as ReturnType<typeof anyOrder>, {
      numRuns: 300,
      endOnFailure: true,
    })
    expect(failed).toBe(true)
  })
})
