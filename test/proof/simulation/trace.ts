import type { Answered, Trace, TraceEvent } from '../model/trace.ts'
import type { Happening } from './history.ts'
import type { History } from './schedule.ts'

const answers: ReadonlySet<string> = new Set([
  'granted',
  'spent',
  'revoked',
  'expired',
  'outcome-unknown',
  'unavailable',
])

/**
 * What happened in a schedule to the link that was handed out, for the model to judge; undefined where the model does
 * not go: edges of a wrong version, backups, and clocks that do not agree on when the link expires.
 */
export function traceOf({ scenario, happenings, expiresAt }: History, noon: number): Trace | undefined {
  const { mode, receipt, expiresIn, clients, regions, confused, restoreAt, skews } = scenario
  const id = happenings.find(each => each.kind === 'issued')?.id
  if (id === undefined || expiresAt === undefined) return undefined
  const expiryIsDisputed = expiresIn < 60 && skews.some(skew => skew !== 0)
  if (confused !== undefined || restoreAt !== undefined || expiryIsDisputed) return undefined
  const openings = happenings.filter(each => each.kind === 'opened')
  const numbers = new Map(openings.map(({ request }, index) => [request, index]))
  // Without an id of its own each try is somebody else's.
  const clientOf = openings.map(({ client }, index) =>
    clients[client]?.identifies === 'not at all' ? clients.length + index : client,
  )
  const events: TraceEvent[] = happenings.flatMap(each => eventsOf(each, { id, numbers }))
  const late = happenings.findIndex(({ at }) => noon + at >= expiresAt * 1000)
  const before =
    late < 0 ? events.length : happenings.slice(0, late).flatMap(each => eventsOf(each, { id, numbers })).length
  const timed = late < 0 ? events : events.toSpliced(before, 0, { kind: 'expired' })
  return { mode, consume: receipt ? 'receipt' : 'delete', home: regions[0], regions, clientOf, events: timed }
}

function eventsOf(
  happening: Happening,
  { id, numbers }: { id: string; numbers: ReadonlyMap<number, number> },
): TraceEvent[] {
  const request = 'request' in happening ? numbers.get(happening.request ?? 0) : undefined
  switch (happening.kind) {
    case 'issued':
    case 'revoked':
      return [{ kind: happening.kind }]
    case 'executed':
      return happening.id === id ? executionOf(happening, request) : []
    case 'perceived':
      if (request === undefined) return []
      return [{ kind: 'perceived', request, what: happening.what }]
    case 'answered': {
      if (request === undefined) return []
      const outcome = answers.has(happening.reason) ? (happening.reason as Answered) : 'other'
      return [{ kind: 'answered', request, outcome, ...(happening.capability && { capability: happening.capability }) }]
    }
    case 'fault':
      return happening.fault === 'process death' && request !== undefined ? [{ kind: 'died', request }] : []
    case 'opened':
    case 'forgery answered':
    case 'restored':
      return []
  }
}

function executionOf(
  { verb, region, applied }: Extract<Happening, { kind: 'executed' }>,
  request: number | undefined,
): TraceEvent[] {
  switch (verb) {
    case 'put':
    case 'revoke':
      return [{ kind: verb, region, applied }]
    case 'take':
      return request === undefined ? [] : [{ kind: 'write', request, region, applied }]
    case 'read':
      return request === undefined ? [] : [{ kind: 'read', request, region, there: applied }]
    case 'sweep':
      return applied ? [{ kind: 'purged', region }] : []
    case 'find':
    case 'count':
      return []
  }
}
