import { readPolicy, type SignedCapability } from './binding.ts'
import type { Fault, SimulationEvent } from './history.ts'
import type { Scenario } from './scenario.ts'

/** A response of an edge. */
export type Answered = Extract<SimulationEvent, { kind: 'answered' }>
/** A request of a client. */
export type Requested = Extract<SimulationEvent, { kind: 'requested' }>
/** A command that the store executed. */
export type Executed = Extract<SimulationEvent, { kind: 'executed' }>

/** The events of the issued link, by kind. */
export interface LinkHistory {
  readonly id: string | undefined
  readonly responses: readonly Answered[]
  readonly grants: readonly Grant[]
  /** All commands on its item. */
  readonly executed: readonly Executed[]
  /** Writes of requests that took effect. */
  readonly consumptions: readonly Executed[]
  /** Tries that requests took. */
  readonly reservations: readonly Executed[]
  readonly requests: ReadonlyMap<number, Requested>
  /** By what the edge knows the client of each request. */
  readonly clientOf: ReadonlyMap<number, string>
  readonly faultsOf: (request: number) => readonly Fault[]
  /** The first write that revoked the link. */
  readonly revocation: Executed | undefined
  /** The api reported a revocation of a link that was never used. */
  readonly isRevokedUnused: boolean
  readonly isRestored: boolean
}

/** Milliseconds after which a capability may have ended for an edge whose clock is early: then its client may get `spent`. */
export const lifeMs = 45_000

/** A response with a capability, which opens the link to its client. */
export type Grant = Answered & SignedCapability

/** Reads the events of a schedule. */
export function readHistory(events: readonly SimulationEvent[], { binding }: Scenario): LinkHistory {
  const of = <K extends SimulationEvent['kind']>(kind: K) =>
    events.filter((each): each is Extract<SimulationEvent, { kind: K }> => each.kind === kind)
  const id = of('issued')[0]?.id
  const executed = of('executed').filter(each => each.id === id)
  const applied = (verb: Executed['verb']) => executed.filter(each => each.verb === verb && each.applied)
  const responses = of('answered')
  const requests = new Map(of('requested').map(each => [each.request, each]))
  const grantOf = (response: Answered): readonly Grant[] => {
    if (response.capability === undefined) return []
    const isGated = requests.get(response.request)?.edge !== binding.gateless
    return [{ ...response, ...readPolicy(response.capability, isGated) }]
  }
  return {
    id,
    responses,
    grants: responses.flatMap(grantOf),
    executed,
    consumptions: applied('consume'),
    reservations: applied('reserve'),
    requests,
    clientOf: clientsIn(events),
    faultsOf: request => of('fault').flatMap(each => (each.request === request ? [each.fault] : [])),
    revocation: executed.find(each => each.applied && (each.verb === 'revoke' || each.verb === 'replace')),
    isRevokedUnused: of('revoked').some(({ used }) => !used),
    isRestored: of('restored').length > 0,
  }
}

/**
 * Returns by what an edge knows the client of each request. One that comes without an identity gets a cookie with its
 * capability.
 */
export function clientsIn(events: readonly SimulationEvent[]): ReadonlyMap<number, string> {
  const clients = new Map<number, string>()
  for (const each of events) {
    if (each.kind === 'requested') clients.set(each.request, each.identity)
    if (each.kind === 'answered' && each.identity !== undefined) clients.set(each.request, each.identity)
  }
  return clients
}
