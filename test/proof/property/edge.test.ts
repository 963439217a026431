import { randomBytes } from 'node:crypto'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseViewerRequest } from '../../../edge/redeem/viewer-request.ts'
import { responseFault } from '../../../emulator/cloudfront/quotas.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { makeLink } from '../../support/table/links.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

/** `PROOF=all` plays a million. */
const nonces = process.env['PROOF'] === 'all' ? 1_000_000 : 200_000

/** Generates events in which parts are replaced by any JSON value, or removed. */
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

describe('for all events from CloudFront', () => {
  test('the edge never throws or rejects, never redirects, and keeps CloudFront’s limits', async () => {
    const edge = testEdge()
    await fc.assert(
      fc.asyncProperty(mutated(), async event => {
        // An event is always an object: the Lambda runtime makes it.
        fc.pre(typeof event === 'object' && event !== null)
        expect(() => parseViewerRequest(event)).not.toThrow()
        const response = await edge.open(event)
        expect(responseFault(response)).toBeUndefined()
        expect(response.status).not.toBe('302')
      }),
      { numRuns: 20_000 },
    )
  })

  test('forged and malformed nonces, hundreds of thousands, take no call to the store and cause no error', async () => {
    const edge = testEdge()
    const { nonce } = makeLink()
    const genuine = Buffer.from(nonce, 'base64url')
    const statuses = new Map<string, number>()
    for (let round = 0; round < nonces; round += 1) {
      const response = await edge.open(viewerRequest({ uri: `/d/${invalidNonce(round, genuine)}` }))
      const key = `${response.status} ${edge.lines[round]?.reason}`
      statuses.set(key, (statuses.get(key) ?? 0) + 1)
    }
    expect(edge.calls()).toBe(0)
    expect([...statuses.keys()].toSorted()).toEqual(['404 forged', '404 malformed'])
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(nonces)
  })
})

/** Makes, in turn: random bytes, a genuine header with random bytes, a genuine nonce with one bit flipped, text of any length. */
function invalidNonce(round: number, genuine: Buffer): string {
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
