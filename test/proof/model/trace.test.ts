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
const revokedOnce: readonly TraceEvent[] = [{ kind: 'revoke', region: 'a', applied: true }, { kind: 'revoked' }]
const redeemed = (request: number) => [write(request, true), perceived(request, 'consumed'), granted(request)]

/** Requests 0 and 1 are one client's, request 2 is somebody else's. */
function traceOf(events: readonly TraceEvent[], of: Partial<Trace> = {}): Trace {
  return { mode: 'home', consume: 'delete', home: 'a', regions: ['a', 'b'], clientOf: [0, 0, 1], events, ...of }
}
const receipt = { consume: 'receipt' } as const
const strong = { mode: 'strong' } as const

const allowed: Record<string, Trace> = {
  'a link is redeemed, and the next viewer is refused': traceOf([
    ...issued,
    ...redeemed(0),
    write(2, false),
    perceived(2, 'refused'),
    answered(2, 'spent'),
  ]),
  'a lost delete is read, tried again, and arrives after all': traceOf([
    ...issued,
    perceived(0, 'unknown-effect'),
    { kind: 'read', request: 0, region: 'a', there: true },
    perceived(0, 'there'),
    write(0, true),
    write(0, false),
    perceived(0, 'refused'),
    answered(0, 'outcome-unknown'),
  ]),
  'with a receipt, a repeat gets the same capability': traceOf([...issued, ...redeemed(0), ...redeemed(1)], receipt),
  'with a receipt, a write is executed twice': traceOf([...issued, write(0, true), ...redeemed(0)], receipt),
  'with a receipt, a duplicate of the Put finds the link there': traceOf(
    [...issued, { kind: 'put', region: 'a', applied: false }],
    receipt,
  ),
  'another replica is asked in mode strong': traceOf(
    [...issued, perceived(0, 'no-effect'), write(0, true, 'b')],
    strong,
  ),
  'a write that was sent in time is answered too late': traceOf([
    ...issued,
    write(0, true),
    { kind: 'expired' },
    perceived(0, 'consumed'),
    answered(0, 'expired'),
  ]),
  'an edge dies, and its write comes later': traceOf([...issued, { kind: 'died', request: 0 }, write(0, true)]),
  'there is no time for the read': traceOf([...issued, perceived(0, 'unknown-effect'), answered(0, 'outcome-unknown')]),
  'a link is revoked, and purged in the end': traceOf([
    ...issued,
    { kind: 'revoke', region: 'a', applied: true },
    { kind: 'revoked' },
    { kind: 'expired' },
    { kind: 'purged', region: 'a' },
  ]),
  'a link is revoked, again too, and its viewer is told so': traceOf([
    ...issued,
    ...revokedOnce,
    ...revokedOnce,
    write(0, false),
    perceived(0, 'refused'),
    answered(0, 'revoked'),
  ]),
  'a lost delete comes too late for a link that was revoked, and the read finds that': traceOf([
    ...issued,
    perceived(0, 'unknown-effect'),
    ...revokedOnce,
    write(0, false),
    { kind: 'read', request: 0, region: 'a', there: true },
    perceived(0, 'there'),
    write(0, false),
    perceived(0, 'refused'),
    answered(0, 'outcome-unknown'),
  ]),
}

describe('what may happen is allowed', () => {
  test.each(Object.entries(allowed))('%s', (_, trace) => expect(firstDisallowed(trace)).toBeUndefined())
})

const disallowed: Record<string, Trace> = {
  'two deletes of one link': traceOf([...issued, ...redeemed(0), write(2, true)]),
  'two clients with one receipt': traceOf([...issued, ...redeemed(0), write(2, true)], receipt),
  'a second capability for the same client': traceOf(
    [...issued, ...redeemed(0), write(1, true), perceived(1, 'consumed'), granted(1, 'two')],
    receipt,
  ),
  'a capability without an answer of the store': traceOf([...issued, write(0, true), granted(0)]),
  'a capability after the expiry': traceOf([
    ...issued,
    write(0, true),
    perceived(0, 'consumed'),
    { kind: 'expired' },
    granted(0),
  ]),
  'spent, told to the one whose own lost delete it may have been': traceOf([
    ...issued,
    write(0, true),
    perceived(0, 'unknown-effect'),
    { kind: 'read', request: 0, region: 'a', there: false },
    perceived(0, 'gone'),
    answered(0, 'spent'),
  ]),
  'unavailable, told after a lost answer': traceOf([
    ...issued,
    perceived(0, 'unknown-effect'),
    answered(0, 'unavailable'),
  ]),
  'a write at another replica in mode home': traceOf([...issued, write(0, false, 'b')]),
  'a link that is deleted and there again': traceOf([
    ...issued,
    ...redeemed(0),
    { kind: 'put', region: 'a', applied: true },
  ]),
  'a redemption of what was never issued': traceOf([{ kind: 'put', region: 'a', applied: true }, write(0, true)]),
  'an acknowledged revoke of a used link': traceOf([
    ...issued,
    ...redeemed(0),
    { kind: 'revoke', region: 'a', applied: false },
    { kind: 'revoked' },
  ]),
  'a redemption of a revoked link': traceOf([...issued, ...revokedOnce, write(0, true)]),
  'spent, told of a revoked link': traceOf([
    ...issued,
    ...revokedOnce,
    write(0, false),
    perceived(0, 'refused'),
    answered(0, 'spent'),
  ]),
  'a revoked link that is gone': traceOf([
    ...issued,
    ...revokedOnce,
    perceived(0, 'unknown-effect'),
    { kind: 'read', request: 0, region: 'a', there: false },
  ]),
  'a receipt that is purged while time is left': traceOf(
    [...issued, ...redeemed(0), { kind: 'purged', region: 'a' }],
    receipt,
  ),
}

describe('what may not happen is found, at the event that shows it', () => {
  test.each(Object.entries(disallowed))('%s', (_, trace) => {
    expect(firstDisallowed(trace)?.index).toBe(trace.events.length - 1)
  })

  test('and why is said in words', () => {
    const trace = traceOf([...issued, ...redeemed(0), write(2, true)])
    const { why } = firstDisallowed(trace) ?? {}
    expect(why).toMatch(/^Region a executes a write of request 2: done, where there could only be: /)
    expect(why).toContain('Region a executes a write of request 2: condition failed')
  })
})

test('sixteen viewers who all lose answers, and whose writes all come late, are judged at once', () => {
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
