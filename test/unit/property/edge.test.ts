import { randomBytes } from 'node:crypto'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseViewerRequest } from '../../../edge/viewer-request.ts'
import { responseFault } from '../../../emulator/cloudfront/quotas.ts'
import { testEdge } from '../../support/edge.ts'
import { makeLink } from '../../support/links.ts'
import { viewerRequest } from '../../support/viewer-request.ts'

/** Any JSON value put anywhere into an event, or anything in it taken away. */
function mutated(): fc.Arbitrary<CloudFrontRequestEvent> {
  const headers = { Accept: 'text/html', Purpose: 'prefetch', Cookie: 'a=b; c=d', 'Idempotency-Key': 'order 17' }
  const event = viewerRequest({ uri: `/d/${makeLink({ state: 'live' }).nonce}`, headers })
  const paths = pathsIn(event)
  const edits = fc.array(fc.tuple(fc.constantFrom(...paths), fc.option(fc.jsonValue(), { nil: undefined })), {
    minLength: 1,
    maxLength: 4,
  })
  return edits.map(list => list.reduce((copy, [path, value]) => replaced(copy, path, value), structuredClone(event)))
}

function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...path, name]))]
}

function replaced<T>(value: T, [name, ...rest]: readonly string[], by: unknown): T {
  if (name === undefined || typeof value !== 'object' || value === null) return by as T
  const record = value as Record<string, unknown>
  record[name] = replaced(record[name], rest, by)
  return value
}

describe('whatever CloudFront sends', () => {
  test('parsing never throws and answering never rejects, redirects or breaks a limit', async () => {
    const edge = testEdge()
    await fc.assert(
      fc.asyncProperty(mutated(), async event => {
        // An event that isn't even an object can't come from CloudFront; the Lambda runtime itself makes it one.
        fc.pre(typeof event === 'object' && event !== null)
        expect(() => parseViewerRequest(event)).not.toThrow()
        const answer = await edge.open(event)
        expect(responseFault(answer)).toBeUndefined()
        expect(answer.status).not.toBe('302')
      }),
      { numRuns: 20_000 },
    )
  })

  test('a million forged or malformed nonces ask the store for nothing and raise nothing', async () => {
    const edge = testEdge()
    const { nonce } = makeLink()
    const genuine = Buffer.from(nonce, 'base64url')
    const statuses = new Map<string, number>()
    for (let round = 0; round < 1_000_000; round += 1) {
      const answer = await edge.open(viewerRequest({ uri: `/d/${worthless(round, genuine)}` }))
      const key = `${answer.status} ${edge.lines[round]?.reason}`
      statuses.set(key, (statuses.get(key) ?? 0) + 1)
    }
    expect(edge.calls()).toBe(0)
    expect([...statuses.keys()].toSorted()).toEqual(['404 forged', '404 malformed'])
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(1_000_000)
  })
})

/** By turns: all random, a genuine header with a guessed rest, one bit of a genuine one, and text of any length. */
function worthless(round: number, genuine: Buffer): string {
  const random = randomBytes(32)
  switch (round % 4) {
    case 0:
      return random.toString('base64url')
    case 1:
      return Buffer.concat([genuine.subarray(0, 7), random.subarray(0, 25)]).toString('base64url')
    case 2: {
      const flipped = Buffer.from(genuine)
      const bit = round % 256
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return flipped.toString('base64url')
    }
    default:
      return random.toString('latin1').slice(0, round % 64)
  }
}
