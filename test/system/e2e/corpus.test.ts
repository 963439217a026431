import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../../emulator/emulator.ts'
import { type Shape, shapes } from '../../corpus/corpus.ts'
import { type Fate, type Place, tryShape, visitedByPerson } from '../../corpus/run.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { ask, issueAt } from '../../support/machine/http.ts'

const confirm = { key: 'f', confirm: true }
const direct = { key: 'f' }

let emulator: Emulator | undefined
let place: Place
const clock = manualClock()
const bucket = mkdtempSync(join(tmpdir(), 'once-'))

/** Tries a shape. No request of it may get 5xx, or a mail campaign, which such clients follow, would raise the alarm. */
async function fateOf(shape: Shape, issue: object): Promise<Fate> {
  const fate = await tryShape(shape, place, issue)
  expect(fate.statuses.filter(status => status >= 500)).toEqual([])
  return fate
}

beforeAll(async () => {
  writeFileSync(join(bucket, 'f'), 'the file')
  const regions = ['us-east-1', 'eu-west-1'] as const
  emulator = await startEmulator({ port: 0, regions, bucket, clock, log: () => undefined })
  place = { api: emulator.api, edges: Object.values(emulator.edges), clock }
})

afterAll(async () => {
  await emulator?.close()
  rmSync(bucket, { recursive: true, force: true })
})

test('the corpus is large, and each shape has a unique name and a source', () => {
  expect(shapes.length).toBeGreaterThanOrEqual(40)
  expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length)
  for (const { name, source, steps } of shapes) {
    expect(source, name).toMatch(/^https:\/\//)
    expect(steps.length, name).toBeGreaterThan(0)
  }
})

test('a person can use a link once, with or without a confirmation', async () => {
  for (const body of [confirm, direct]) {
    const { url } = await issueAt(place.api, body)
    expect(await visitedByPerson(url, place)).toBe(true)
    expect(await visitedByPerson(url, place)).toBe(false)
  }
})

describe('a link that requires a confirmation still works for its reader after', () => {
  test.each(shapes)('$family: $name', async shape => {
    const fate = await fateOf(shape, confirm)
    expect(fate.spent).toBe(false)
    expect(fate.served).toBe(true)
    expect(fate.unredeemed).toEqual(fate.sent)
  })
})

describe('a link without a confirmation still works for its reader after a client that declares itself', () => {
  test.each(shapes.filter(({ announces }) => announces))('$family: $name', async shape => {
    const fate = await fateOf(shape, direct)
    expect(fate.spent).toBe(false)
    expect(fate.served).toBe(true)
  })

  test('HEAD and OPTIONS from any client', async () => {
    const { url } = await issueAt(place.api, direct)
    for (const method of ['HEAD', 'OPTIONS']) expect((await ask(url, { method })).status).toBeLessThan(300)
    expect(await visitedByPerson(url, place)).toBe(true)
  })
})

describe('a link without a confirmation is used by a GET that does not declare itself:', () => {
  const plain = shapes.filter(({ announces }) => !announces)
  test.each(plain)('$family: $name', async shape => {
    const fate = await fateOf(shape, direct)
    const gets = shape.steps.some(({ method, path = '?' }) => method === 'GET' && path.startsWith('?'))
    expect(fate.spent).toBe(gets)
    expect(fate.served).toBe(!gets)
  })
})
