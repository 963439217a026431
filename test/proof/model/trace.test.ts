import { describe, expect, test } from 'vitest'
import { firstDisallowed, type Trace, type TraceEvent } from './trace.ts'

const issued: readonly TraceEvent[] = [{ kind: 'put', region: 'a', applied: true }, { kind: 'issued' }]
const write = (request: number, applied: boolean, region = 'a') =>
  ({ kind: 'write', request, region, applied }) as const
const perceived = (request: number, what: 'consumed' | 'refused' | 'no-effect' | 'unknown-effect' | 'there' | 'gone') =>
  ({ kind: 'perceived', request, what }) as const
const answered = (request: number, outcome: 'spent' | 'revoked' | 'expired' | 'outcome-unknown' | 'unavailable') =>
  ({ kind: 'answered', request, outcome }) as const
const granted = (request: number, capability = 'one') =>
  ({ kind: 'answered', request, outcome: 'granted', capability }) as const
const revokedOnce: readonly TraceEvent[] = [
  { kind: 'revoke', region: 'a', applied: true },
  { kind: 'revoked', used: false },
]
const revokedAfterUse: readonly TraceEvent[] = [
  { kind: 'revoke', region: 'a', applied: true },
  { kind: 'revoked', used: true },
]
const redeemed = (request: number) => [write(request, true), perceived(request, 'consumed'), granted(request)]

/** Makes a trace. Requests 0 and 1 are one client's, request 2 is another client's. */
function traceOf(events: readonly TraceEvent[], fields: Partial<Trace> = {}): Trace {
  return { mode: 'home', consume: 'delete', home: 'a', regions: ['a', 'b'], clientOf: [0, 0, 1], events, ...fields }
}
const receipt = { consume: 'receipt' } as const
/** Requests 0 and 1 are one client's, 2 and 3 those of two others. */
const twoUses = { ...receipt, uses: 2, clientOf: [0, 0, 1, 2] } as const
const repeated = [write(1, true), perceived(1, 'consumed')]

const disallowed: Record<string, Trace> = {
  'two deletes of one link succeed': traceOf([...issued, ...redeemed(0), write(2, true)]),
  'two clients use one receipt': traceOf([...issued, ...redeemed(0), write(2, true)], receipt),
  'a client gets a second capability': traceOf(
    [...issued, ...redeemed(0), write(1, true), perceived(1, 'consumed'), granted(1, 'two')],
    receipt,
  ),
  'three clients take two uses': traceOf([...issued, ...redeemed(0), ...redeemed(2), write(3, true)], twoUses),
  'a client takes two uses': traceOf([...issued, ...redeemed(0), ...repeated, write(2, false)], twoUses),
  'of two uses, a client gets a second capability': traceOf(
    [...issued, ...redeemed(0), ...repeated, granted(1, 'two')],
    twoUses,
  ),
  'of two uses, a client is refused while one is left': traceOf([...issued, ...redeemed(0), write(2, false)], twoUses),
  'an edge grants a capability without a response from the store': traceOf([...issued, write(0, true), granted(0)]),
  'an edge grants a capability after the expiry': traceOf([
    ...issued,
    write(0, true),
    perceived(0, 'consumed'),
    { kind: 'expired' },
    granted(0),
  ]),
  'a viewer gets spent though its own lost delete may have used the link': traceOf([
    ...issued,
    write(0, true),
    perceived(0, 'unknown-effect'),
    { kind: 'read', request: 0, region: 'a', there: false },
    perceived(0, 'gone'),
    answered(0, 'spent'),
  ]),
  'a viewer gets unavailable after a lost response': traceOf([
    ...issued,
    perceived(0, 'unknown-effect'),
    answered(0, 'unavailable'),
  ]),
  'in mode home, another replica executes a write': traceOf([...issued, write(0, false, 'b')]),
  'a deleted link exists again': traceOf([...issued, ...redeemed(0), { kind: 'put', region: 'a', applied: true }]),
  'a viewer redeems a link that was never issued': traceOf([
    { kind: 'put', region: 'a', applied: true },
    write(0, true),
  ]),
  'the revoke of a deleted link is acknowledged': traceOf([
    ...issued,
    ...redeemed(0),
    { kind: 'revoke', region: 'a', applied: false },
    { kind: 'revoked', used: false },
  ]),
  'the revoke of a used link is acknowledged as that of an unused one': traceOf(
    [...issued, ...redeemed(0), { kind: 'revoke', region: 'a', applied: true }, { kind: 'revoked', used: false }],
    receipt,
  ),
  'the revoke of an unused link is acknowledged as that of a used one': traceOf([
    ...issued,
    { kind: 'revoke', region: 'a', applied: true },
    { kind: 'revoked', used: true },
  ]),
  'a client repeats its redemption after the revoke': traceOf(
    [...issued, ...redeemed(0), ...revokedAfterUse, write(1, true)],
    receipt,
  ),
  'a lost write is repeated after the revoke, before that is acknowledged': traceOf(
    [
      ...issued,
      write(0, true),
      perceived(0, 'unknown-effect'),
      { kind: 'revoke', region: 'a', applied: true },
      write(0, true),
    ],
    receipt,
  ),
  'a viewer of a used and revoked link gets spent': traceOf(
    [...issued, ...redeemed(0), ...revokedAfterUse, write(2, false), perceived(2, 'refused'), answered(2, 'spent')],
    receipt,
  ),
  'a viewer redeems a revoked link': traceOf([...issued, ...revokedOnce, write(0, true)]),
  'a viewer of a revoked link gets spent': traceOf([
    ...issued,
    ...revokedOnce,
    write(0, false),
    perceived(0, 'refused'),
    answered(0, 'spent'),
  ]),
  'a revoked link does not exist any more': traceOf([
    ...issued,
    ...revokedOnce,
    perceived(0, 'unknown-effect'),
    { kind: 'read', request: 0, region: 'a', there: false },
  ]),
  'a receipt is purged before the expiry': traceOf(
    [...issued, ...redeemed(0), { kind: 'purged', region: 'a' }],
    receipt,
  ),
}

describe('the check finds the event that breaks the protocol', () => {
  test.each(Object.entries(disallowed))('%s', (_, trace) => {
    expect(firstDisallowed(trace)?.index).toBe(trace.events.length - 1)
  })

  test('it explains in words why the protocol does not allow the event', () => {
    const trace = traceOf([...issued, ...redeemed(0), write(2, true)])
    const { why } = firstDisallowed(trace) ?? {}
    expect(why).toMatch(/^Region a executes a write of request 2: done, where there could only be: /)
    expect(why).toContain('Region a executes a write of request 2: condition failed')
  })
})

test('the check allows two clients of two uses each a capability, and the first one its own again', () => {
  const second = [write(2, true), perceived(2, 'consumed'), granted(2, 'two')]
  const third = [write(3, false), perceived(3, 'refused'), answered(3, 'spent')]
  const events = [...issued, ...redeemed(0), ...second, ...repeated, granted(1), ...third]
  expect(firstDisallowed(traceOf(events, twoUses))).toBeUndefined()
})

test('the check is fast for sixteen viewers who lose all responses and whose writes all arrive late', () => {
  const clientOf = Array.from({ length: 16 }, (_, client) => client)
  const events: readonly TraceEvent[] = [
    ...issued,
    ...clientOf.map(request => perceived(request, 'unknown-effect')),
    { kind: 'expired' },
    ...clientOf.map(request => perceived(request, 'unknown-effect')),
    ...clientOf.map(request =>
      request % 2 === 0 ? ({ kind: 'died', request } as const) : answered(request, 'outcome-unknown'),
    ),
    ...clientOf.map(request => write(request, request === 3)),
  ]
  expect(firstDisallowed(traceOf(events, { ...receipt, clientOf }))).toBeUndefined()
})
