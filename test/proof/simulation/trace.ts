import { parseAddress } from '../../../shared/address.ts'
import type { Binding } from '../model/setup.ts'
import type { Answered, Trace, TraceEvent } from '../model/trace.ts'
import { readPolicy, type Sent, type SimulatedBinding } from './binding.ts'
import type { SimulationEvent } from './history.ts'
import type { History } from './schedule.ts'
import { clientsIn } from './link-history.ts'

const knownOutcomes: ReadonlySet<string> = new Set([
  'granted',
  'spent',
  'revoked',
  'expired',
  'outcome-unknown',
  'unavailable',
])

/**
 * Returns the trace of the issued link, for the model to check; undefined for schedules that the model does not cover:
 * edges of a wrong version, backups, passphrases, and clocks that disagree on when the link expires.
 */
export function traceOf({ scenario, events, expiresAt }: History, noon: number): Trace | undefined {
  const { mode, receipt, expiresIn, binding, regions, confused, restoreAt, maxTries, uses, skews } = scenario
  const id = events.find(each => each.kind === 'issued')?.id
  if (id === undefined || expiresAt === undefined) return undefined
  const expiryIsDisputed = expiresIn < 60 && skews.some(skew => skew !== 0)
  const isCovered = confused === undefined && restoreAt === undefined && maxTries === undefined && !expiryIsDisputed
  if (!isCovered) return undefined
  const requests = events.filter(each => each.kind === 'requested')
  const numbers = new Map(requests.map(({ request }, index) => [request, index]))
  const known = clientsIn(events)
  const identities = [...new Set(known.values())]
  const clientOf = requests.map(({ request }) => identities.indexOf(known.get(request) ?? ''))
  const traceEvents: TraceEvent[] = events.flatMap(each => eventsOf(each, { id, numbers }))
  const late = events.findIndex(({ at }) => noon + at >= expiresAt * 1000)
  const before =
    late < 0 ? traceEvents.length : events.slice(0, late).flatMap(each => eventsOf(each, { id, numbers })).length
  const timed = late < 0 ? traceEvents : traceEvents.toSpliced(before, 0, { kind: 'expired' })
  return {
    mode,
    consume: receipt ? 'receipt' : 'delete',
    home: regions[0],
    regions,
    clientOf,
    binding: bindingOf(binding, requests),
    ...(uses && { uses }),
    events: timed,
  }
}

/** Returns the binding as the model has it: without addresses, and a client with another secret is another client. */
function bindingOf(binding: SimulatedBinding, requests: readonly Sent[]): Binding {
  const { bind, folder, previousEdge, gateless } = binding
  const where = (isSo: (sent: Sent) => boolean) => requests.flatMap((sent, index) => (isSo(sent) ? [index] : []))
  return {
    bind: bind === 'device' ? 'unknown' : bind,
    folder,
    ipv6: where(({ address }) => parseAddress(address)?.startsWith('6') === true),
    jarless: where(({ holdsSecret }) => !holdsSecret),
    previousEdge: where(({ edge }) => edge === previousEdge),
    gateless: where(({ edge }) => edge === gateless),
  }
}

function eventsOf(
  event: SimulationEvent,
  { id, numbers }: { id: string; numbers: ReadonlyMap<number, number> },
): TraceEvent[] {
  const request = 'request' in event ? numbers.get(event.request ?? 0) : undefined
  switch (event.kind) {
    case 'issued':
      return [{ kind: 'issued' }]
    case 'revoked':
      return [{ kind: 'revoked', used: event.used }]
    case 'executed':
      return event.id === id ? executionOf(event, request) : []
    case 'perceived':
      if (request === undefined) return []
      return [{ kind: 'perceived', request, what: event.what }]
    case 'answered': {
      if (request === undefined) return []
      // To the model, a replacement revokes the link.
      const reason = event.reason === 'replaced' ? 'revoked' : event.reason
      const outcome = knownOutcomes.has(reason) ? (reason as Answered) : 'other'
      const capability = event.capability && readPolicy(event.capability, true).identity
      return [{ kind: 'answered', request, outcome, ...(capability && { capability }) }]
    }
    case 'fault':
      return event.fault === 'process death' && request !== undefined ? [{ kind: 'died', request }] : []
    case 'requested':
    case 'forgery response':
    case 'replaced':
    case 'restored':
    case 'file made':
    case 'file received':
    case 'upload ended':
      return []
  }
}

function executionOf(
  { verb, region, applied }: Extract<SimulationEvent, { kind: 'executed' }>,
  request: number | undefined,
): TraceEvent[] {
  switch (verb) {
    case 'put':
    case 'revoke':
      return [{ kind: verb, region, applied }]
    case 'replace':
      // To the model, a replacement revokes the link; that it may fail for more reasons changes nothing.
      return applied ? [{ kind: 'revoke', region, applied }] : []
    case 'consume':
      return request === undefined ? [] : [{ kind: 'write', request, region, applied }]
    case 'read':
      return request === undefined ? [] : [{ kind: 'read', request, region, there: applied }]
    case 'sweep':
      return applied ? [{ kind: 'purged', region }] : []
    case 'find':
    case 'again':
    case 'bury':
    case 'count':
    case 'reserve':
      return []
  }
}
