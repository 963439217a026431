import type { Happening } from './history.ts'
import type { History } from './schedule.ts'

/** A promise that was broken, and how. */
export interface Violation {
  readonly promise: keyof typeof promises
  readonly how: string
}

/** What every schedule must keep, each by name. The model checks the same ones (test/model). */
export const promises = {
  'one capability': 'at most one capability exists for a nonce',
  'one client': 'at most one client is handed it',
  'none once revoked': 'a link whose revocation was acknowledged has no capability',
  'none after expiry': 'no capability is handed out after the expiry, by the clock of the edge',
  'spent is true': 'whoever used a link up is never told that somebody else has',
  'unused is true': 'whoever is told that the link was not used has not used it',
  'burnt is told': 'who used a link up and got nothing was told that the outcome is unknown, if anything',
  'forgery costs nothing': 'an edited nonce is refused without a store call',
  'no lock-out': 'with a receipt, a client with more tries than faults gets its capability',
  'in time': 'every opening is answered within 4 s',
  'works at all': 'without faults exactly one capability is handed out',
} as const

type Answered = Extract<Happening, { kind: 'answered' }>
type Executed = Extract<Happening, { kind: 'executed' }>

/** What a schedule came to. */
export interface Verdict {
  readonly violations: readonly Violation[]
  /** Deletes only: the link is used up and nobody has a capability. The answer of whoever used it up, if there was one. */
  readonly lockedOut?: string
}

/** Holds a schedule against every promise. */
export function judge({ scenario, happenings, expiresAt }: History): Verdict {
  const story = readStory(happenings)
  const found = [
    ...checkCapabilities(story, expiresAt ?? 0),
    ...checkHonesty(story, scenario),
    ...checkTime(story),
    ...checkForgery(happenings),
    ...checkLockOuts(story, scenario),
    ...checkCalm(story, scenario),
  ]
  const violations = Object.entries(Object.fromEntries(found)).map(([promise, how]) => ({ promise, how }) as Violation)
  const lockedOut = scenario.receipt ? undefined : lockOutOf(story)
  return { violations, ...(lockedOut !== undefined && { lockedOut }) }
}

function lockOutOf({ takes, grants, answers }: Story): string | undefined {
  const [first] = takes
  if (first === undefined || grants.length > 0) return undefined
  return answers.find(({ request }) => request === first.request)?.reason ?? 'none: the process died'
}

type Finding = readonly [keyof typeof promises, string]

/** What happened to the one link that was handed out. */
interface Story {
  readonly answers: readonly Answered[]
  readonly grants: readonly Answered[]
  /** Writes of openings that took effect. */
  readonly takes: readonly Executed[]
  readonly clientOf: ReadonlyMap<number, number>
  readonly faultsOf: (request: number) => number
  readonly isRevoked: boolean
  readonly isRestored: boolean
}

function readStory(happenings: readonly Happening[]): Story {
  const of = <K extends Happening['kind']>(kind: K) =>
    happenings.filter((each): each is Extract<Happening, { kind: K }> => each.kind === kind)
  const id = of('issued')[0]?.id
  const answers = of('answered')
  return {
    answers,
    grants: answers.filter(({ status }) => status === 302),
    takes: of('executed').filter(each => each.verb === 'take' && each.applied && each.id === id),
    clientOf: new Map(of('opened').map(({ request, client }) => [request, client])),
    faultsOf: request => of('fault').filter(fault => fault.request === request).length,
    isRevoked: of('revoked').length > 0,
    isRestored: of('restored').length > 0,
  }
}

function checkCapabilities({ grants, clientOf, isRevoked }: Story, expiresAt: number): Finding[] {
  const distinct = new Set(grants.map(({ capability }) => capability))
  const clients = new Set(grants.map(({ request }) => clientOf.get(request)))
  const late = grants.filter(({ clock }) => clock >= expiresAt * 1000)
  return [
    ...(distinct.size > 1 ? [['one capability', [...distinct].join(' and ')] as const] : []),
    ...(clients.size > 1 ? [['one client', `clients ${[...clients].join(' and ')}`] as const] : []),
    ...(isRevoked && grants.length > 0 ? [['none once revoked', `${grants.length} were handed out`] as const] : []),
    ...(late.length > 0 ? [['none after expiry', `${(late[0]?.clock ?? 0) - expiresAt * 1000} ms late`] as const] : []),
  ]
}

/** Longer after its redemption a capability may be dead for an edge whose clock is early, and its link spent for all. */
const lifeMs = 45_000

/** A restored table has forgotten what happened, and a confused edge looks in the wrong place: both may say `spent`. */
function checkHonesty(
  { answers, takes, clientOf, isRestored }: Story,
  { receipt, clients, confused }: History['scenario'],
): Finding[] {
  const isOwn = (answer: Answered, { request }: Executed) => {
    const client = clientOf.get(answer.request)
    if (request === answer.request) return true
    return receipt && client === clientOf.get(request ?? 0) && clients[client ?? 0]?.identifies !== 'not at all'
  }
  const hadUsed = (answer: Answered) =>
    takes.some(take => isOwn(answer, take) && take.at <= answer.at && answer.at - take.at < lifeMs)
  const lie = answers.find(answer => answer.reason === 'spent' && hadUsed(answer))
  const untrue = answers.find(
    ({ reason, request }) => reason === 'unavailable' && takes.some(take => take.request === request),
  )
  const burnt = new Set(['outcome-unknown', 'expired', 'granted', 'failed'])
  const untold = answers.find(answer => !receipt && hadUsed(answer) && !burnt.has(answer.reason))
  return [
    ...(lie && !isRestored && confused === undefined ? [['spent is true', `request ${lie.request}`] as const] : []),
    ...(untrue ? [['unused is true', `request ${untrue.request}`] as const] : []),
    ...(untold ? [['burnt is told', `request ${untold.request}: ${untold.reason}`] as const] : []),
  ]
}

function checkTime({ answers }: Story): Finding[] {
  const slow = answers.find(({ tookMs }) => tookMs > 4000)
  return slow ? [['in time', `request ${slow.request}: ${slow.tookMs} ms`]] : []
}

function checkForgery(happenings: readonly Happening[]): Finding[] {
  const forged = happenings.find(each => each.kind === 'forgery answered')
  if (forged === undefined || (forged.status === 404 && forged.storeCalls === 0)) return []
  return [['forgery costs nothing', `status ${forged.status}, ${forged.storeCalls} store calls`]]
}

/** Of a client that can be told apart: the link is its own, it had a try without a fault, and it has nothing. */
function checkLockOuts(
  story: Story,
  { receipt, clients, expiresIn, restoreAt, confused }: History['scenario'],
): Finding[] {
  if (!receipt || expiresIn < 60 || restoreAt !== undefined || confused !== undefined) return []
  const { takes, grants, clientOf, faultsOf } = story
  const owner = clientOf.get(takes[0]?.request ?? 0)
  if (owner === undefined || clients[owner]?.identifies === 'not at all') return []
  const tries = [...clientOf].filter(([, client]) => client === owner).map(([request]) => request)
  const faults = tries.reduce((sum, request) => sum + faultsOf(request), 0)
  const isServed = grants.some(({ request }) => clientOf.get(request) === owner)
  if (isServed || faults >= tries.length) return []
  return [['no lock-out', `client ${owner} had ${tries.length} tries and ${faults} faults`]]
}

/** A schedule in which nothing goes wrong, so that the others aren't safe because nothing ever works. */
function checkCalm({ grants, clientOf }: Story, scenario: History['scenario']): Finding[] {
  const { faults, expiresIn, revokeAt, outage, restoreAt, confused, skews } = scenario
  const isCalm = faults === 0 && expiresIn > 60 && skews.every(skew => skew === 0)
  if (!isCalm || revokeAt !== undefined || outage || restoreAt !== undefined || confused) return []
  if (grants.length === 1 || clientOf.size === 0) return []
  return [['works at all', `${grants.length} redirects`]]
}
