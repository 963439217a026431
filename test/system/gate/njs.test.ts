import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadFunction } from '../../../emulator/cloudfront/function-runtime.ts'
import { gateEvent } from '../../../emulator/cloudfront/gate.ts'
import {
  pinnedVersionCases,
  pinnedVersionCode,
  eventOf as pinnedVersionEventOf,
} from '../../support/gate/pinned-version.ts'
import { gateCode, gateRequest, type GateViewer } from '../../support/gate/gate.ts'
import { gateCases } from '../../support/gate/gate-cases.ts'
import { missingNjs, type NjsResult, runInNjs } from '../../support/gate/njs.ts'
import { languages } from '../../../shared/texts/brand.ts'

if (missingNjs) console.warn(`\nSKIPPED: the gate in njs, because ${missingNjs}\n`)

const run = loadFunction(gateCode)
const eventOf = (viewer: GateViewer) => gateEvent(gateRequest(viewer), 'request-1')

/** What the emulator's engine does with an event, as `runInNjs` says it. */
function inEngine(event: object): NjsResult {
  try {
    return run(event)
  } catch (error) {
    return { error: (error as Error).name }
  }
}

describe.skipIf(missingNjs)('in njs, the bundle', () => {
  test('decides every case as in the emulator', () => {
    const events = gateCases.map(([, viewer]) => eventOf(viewer))
    const results = runInNjs(gateCode, events)
    for (const [index, [name, , decision]] of gateCases.entries()) {
      const result = results[index] ?? { error: 'none' }
      expect(result, name).toEqual(inEngine(events[index] ?? {}))
      expect('isRequest' in result && result.isRequest, name).toBe(decision === 'pass')
    }
    expect(results.filter(result => 'logged' in result)).toHaveLength(1)
  })

  test('shows every page as in the emulator, byte for byte', () => {
    const events = gateCases.flatMap(([, viewer]) =>
      languages.map(language => {
        const headers = [
          ['Accept', 'text/html'],
          ['Accept-Language', `${language}-X, en;q=0.5`],
        ] as const
        return eventOf({ ...viewer, headers: [...(viewer.headers ?? []), ...headers] })
      }),
    )
    expect(runInNjs(gateCode, events)).toEqual(events.map(inEngine))
  })

  test('reads addresses, and what is none, as in the emulator', () => {
    const ips = fc.sample(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.string({ unit: fc.constantFrom(...'0123fFcCbB::..'.split('')), maxLength: 40 }),
      ),
      5_000,
    )
    const starts = ['4cb007107', '4010101', '600010002000300ff', '6']
    const events = ips.flatMap((ip, index) => [
      eventOf({ url: `/x?a=${starts[index % starts.length] ?? ''}`, ip }),
      // Its own address passes, if it is one.
      eventOf({ url: `/x?a=${ownStart(ip)}`, ip }),
    ])
    const results = runInNjs(gateCode, events)
    expect(results).toEqual(events.map(inEngine))
    expect(results.filter(result => 'isRequest' in result && result.isRequest).length).toBeGreaterThan(1_000)
  })

  test('fails on malformed events as in the emulator', () => {
    const [event] = [eventOf({ url: '/x?a=4cb007107' })]
    const malformed = [{}, { ...event, viewer: null }, { ...event, request: {} }, { ...event, request: null }]
    expect(runInNjs(gateCode, malformed)).toEqual(malformed.map(inEngine))
  })
})

test.skipIf(missingNjs)(
  'in njs, the pinned-version function does with every response what it does in the emulator',
  () => {
    const deliver = loadFunction(pinnedVersionCode)
    const events = pinnedVersionCases.map(([, viewer, response]) => pinnedVersionEventOf(viewer, response))
    const results = runInNjs(pinnedVersionCode, events)
    for (const [index, [name, , , result]] of pinnedVersionCases.entries()) {
      const { value, error } = results[index] as { value?: { headers?: object }; error?: string }
      if (result === 'error') {
        expect(error, name).toMatch(/^(URI)?Error$/)
        expect(() => deliver(events[index] ?? {}), name).toThrow()
      } else expect(value, name).toEqual(deliver(events[index] ?? {}).value)
    }
  },
)

/** Returns `a` for an IPv4 address; for others, something that is no start. */
function ownStart(ip: string): string {
  const parts = ip.split('.').map(part => Number(part).toString(16).padStart(2, '0'))
  return `4${parts.join('').slice(0, 8)}`
}
