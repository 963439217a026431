import type { SimulationEvent } from '../simulation/history.ts'
import type { GuessPromise } from './promises.ts'
import type { GuessHistory, GuessRequest } from './simulation.ts'

type Executed = Extract<SimulationEvent, { kind: 'executed' }>

/** Returns the promises that a schedule broke, each once. */
export function judgeGuesses(history: GuessHistory): readonly GuessPromise[] {
  const { events, requests, scenario, items } = history
  const executed = events.filter(each => each.kind === 'executed')
  const applied = (verb: Executed['verb']) => executed.filter(each => each.verb === verb && each.applied)
  const use = applied('consume')[0]
  const user = requests[use?.request ?? -1]
  const facts = { ...history, executed, reservations: applied('reserve'), uses: applied('consume'), use, user }
  const isPartial = (item: object) => !('key' in item)
  const wins = requests.filter(({ answer }) => answer?.outcome === 'granted')
  const checks: Record<GuessPromise, boolean> = {
    limit:
      new Set(facts.executed.filter(each => isGuess(each, facts)).map(({ request }) => request)).size <=
      scenario.maxTries,
    'reserved first': facts.executed.every((each, index) => !comparesHash(each, facts) || hasTry(each, index, facts)),
    'one winner': new Set(wins.map(({ identity, number }) => (scenario.receipt ? identity : number))).size <= 1,
    'right only': facts.uses.every(each => isRight(requests)(each) || isReopening(each, facts)),
    'right wins': use !== undefined || !isUneventful(history) || !facts.reservations.some(isRight(requests)),
    'one try': requests.every(request => hasOneTry(request, facts)),
    'no try after': triesAfterEnd(facts) === 0,
    repeat: requests.every(request => isRepeated(request, facts)),
    'no remnant': !items.some(isPartial),
    truth: requests.every(request => isTrue(request, facts)),
    time: requests.every(({ answer, startedAt }) => answer === undefined || answer.at - startedAt <= 3700),
  }
  return (Object.keys(checks) as GuessPromise[]).filter(name => !checks[name])
}

interface Facts extends GuessHistory {
  readonly executed: readonly Executed[]
  /** Reservations and second writes whose condition held. */
  readonly reservations: readonly Executed[]
  readonly uses: readonly Executed[]
  /** The first of them, and the request that sent it. */
  readonly use: Executed | undefined
  readonly user: GuessRequest | undefined
}

const isRight =
  (requests: readonly GuessRequest[]) =>
  ({ request }: Executed) =>
    requests[request ?? -1]?.guess === 'right'

/** Whether this is the second write of a guess, and not the only one of a client that brings no passphrase. */
function comparesHash({ verb, request }: Executed, { requests }: GuessHistory): boolean {
  return verb === 'consume' && requests[request ?? -1]?.guess !== 'none'
}

/** A client without the passphrase gets what it has used before with the right one. */
function isReopening(each: Executed, { requests, use, user }: Facts): boolean {
  const request = requests[each.request ?? -1]
  return request?.guess === 'none' && each !== use && isOwn(request, user)
}

/** A second write that was executed while the link could be used: its hash was compared. */
function isGuess(each: Executed, facts: Facts): boolean {
  const { executed, use } = facts
  return comparesHash(each, facts) && (use === undefined || executed.indexOf(each) <= executed.indexOf(use))
}

/** A reservation of the same request came before, or the link is used by its own client. */
function hasTry({ request }: Executed, index: number, { executed, use, user, requests }: Facts): boolean {
  const before = executed.slice(0, index)
  const isReserved = before.some(each => each.verb === 'reserve' && each.applied && each.request === request)
  return isReserved || (use !== undefined && before.includes(use) && isOwn(requests[request ?? -1], user))
}

function isOwn(request: GuessRequest | undefined, user: GuessRequest | undefined): boolean {
  return request !== undefined && request.identity === user?.identity
}

/** Nothing failed, and nothing but the guesses ended the link. */
function isUneventful({ events, scenario }: GuessHistory): boolean {
  const { expiresMs, revokeMs, outage } = scenario
  return (
    expiresMs === undefined &&
    revokeMs === undefined &&
    outage === undefined &&
    !events.some(({ kind }) => kind === 'fault')
  )
}

const faultsOf = ({ events }: GuessHistory, number: number) =>
  events.filter(each => each.kind === 'fault' && each.request === number)

/** The network alone may execute a reservation twice. */
function hasOneTry({ number }: GuessRequest, facts: Facts): boolean {
  const duplicates = faultsOf(facts, number).filter(each => each.kind === 'fault' && each.fault === 'duplicated').length
  return facts.reservations.filter(({ request }) => request === number).length <= 1 + duplicates
}

/** In the home Region the end of the link is in order with the tries. */
function triesAfterEnd({ reservations, use, executed, events }: Facts): number {
  const revoked = events.find(({ kind }) => kind === 'revoked')?.at ?? Infinity
  const after = (each: Executed) =>
    each.at > revoked || (use !== undefined && executed.indexOf(each) > executed.indexOf(use))
  return reservations.filter(after).length
}

/** A later request of the client that used the link, with the right passphrase or none, without a fault of its own. */
function isRepeated(request: GuessRequest, facts: Facts): boolean {
  const { scenario, use, user, events } = facts
  const { revokeMs = Infinity, expiresMs = Infinity } = scenario
  const { answer, guess, number, startedAt } = request
  const isLater = use !== undefined && startedAt > use.at && isOwn(request, user)
  if (!scenario.receipt || !isLater || guess === 'wrong' || answer === undefined) return true
  const isHurt =
    faultsOf(facts, number).length > 0 || events.some(each => each.kind === 'fault' && each.fault === 'Region down')
  const isOver = answer.at >= revokeMs || answer.at >= expiresMs
  return isHurt || isOver || answer.outcome === 'granted'
}

/** What a request was told is true. */
function isTrue({ number, guess, answer }: GuessRequest, { uses, use, reservations, scenario }: Facts): boolean {
  if (answer === undefined) return true
  // Of a client without the passphrase, a write that is executed twice may find what the client has used since.
  const hasUsed = guess === 'none' ? use?.request === number : uses.some(({ request }) => request === number)
  const tries = reservations.filter(({ at }) => at <= answer.at).length
  switch (answer.outcome) {
    case 'unavailable':
    case 'passphrase-required':
      return !hasUsed
    case 'locked':
      return !hasUsed && tries >= scenario.maxTries
    case 'wrong-passphrase':
      return (
        !hasUsed &&
        guess === 'wrong' &&
        (answer.triesLeft ?? -1) <= scenario.maxTries - 1 &&
        (answer.triesLeft ?? -1) >= 0
      )
    default:
      return true
  }
}
