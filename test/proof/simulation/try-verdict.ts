import { mayRepeat, mayUse } from './binding.ts'
import { type Answered, type Executed, lifeMs, type LinkHistory, type Requested } from './link-history.ts'
import type { Scenario } from './scenario.ts'

/** Promises of a link with a passphrase, by name. */
export const tryPromises = {
  limit: 'no more hashes are compared than there are tries',
  'reserved first': 'a hash is compared only for a request that has a try, or that repeats what its client used',
  'right only': 'no request without the right passphrase uses the link',
  'one try': 'a request takes one try at most, and a repeat by the client that used the link none',
  'no try after': 'a used or revoked link gets no further try',
  repeat: 'the client that used a link with a receipt gets it again, as a browser also without the passphrase',
  'no remnant': 'a reservation creates no item',
  'refused truly': 'a request that hears of a passphrase did not use the link; wrong and locked are true',
} as const

interface Facts extends LinkHistory {
  readonly maxTries: number
  /** The first write that used the link, and the request that sent it. */
  readonly use: Executed | undefined
  readonly user: number | undefined
}

/** Returns the promises of its passphrase that a link broke. `items` are what is left of it in each Region. */
export function checkTries(
  history: LinkHistory,
  scenario: Scenario,
  items: readonly object[],
): (readonly [keyof typeof tryPromises, string])[] {
  const { executed, consumptions, reservations, requests, responses } = history
  const [use] = consumptions
  const facts = { ...history, maxTries: scenario.maxTries ?? 0, use, user: use?.request }
  const compared = new Set(executed.filter(each => isCompared(each, facts)).map(({ request }) => request))
  const broken = {
    limit: compared.size > facts.maxTries,
    'reserved first': executed.some((each, index) => comparesHash(each, facts) && !hasTry(each, index, facts)),
    'right only': consumptions.some(each => broughtBy(each, facts) !== 'right' && !isReopening(each, facts)),
    'one try': [...requests.keys()].some(request => hasTwoTries(request, facts)),
    'no try after': reservations.some(each => isAfterEnd(each, facts)),
    repeat: scenario.receipt && responses.some(each => isLostRepeat(each, facts, scenario)),
    'no remnant': items.some(item => !('key' in item)),
    'refused truly': responses.some(each => !isTrue(each, facts)),
  }
  const names = Object.keys(broken) as (keyof typeof broken)[]
  return names.flatMap(name => (broken[name] ? [[name, tryPromises[name]] as const] : []))
}

function broughtBy({ request = 0 }: Executed, { requests }: Facts): Requested['brought'] {
  return requests.get(request)?.brought
}

/** Whether this is the second write of a try, and not the only one of a client that brings no passphrase. */
function comparesHash(each: Executed, facts: Facts): boolean {
  return each.verb === 'consume' && broughtBy(each, facts) !== 'nothing'
}

/** A second write that was executed while the link could be used: its hash was compared. */
function isCompared(each: Executed, facts: Facts): boolean {
  const { executed, use } = facts
  return comparesHash(each, facts) && (use === undefined || executed.indexOf(each) <= executed.indexOf(use))
}

/** A reservation of the same request came before, or the link is used by its own client. */
function hasTry({ request }: Executed, index: number, facts: Facts): boolean {
  const before = facts.executed.slice(0, index)
  const isReserved = before.some(each => each.verb === 'reserve' && each.applied && each.request === request)
  return isReserved || (facts.use !== undefined && before.includes(facts.use) && isUser(request, facts))
}

/** A client without the passphrase gets what it has used before with the right one. */
function isReopening(each: Executed, facts: Facts): boolean {
  return broughtBy(each, facts) === 'nothing' && each !== facts.use && isUser(each.request, facts)
}

/** Whether the client of a request used the link. */
function isUser(request: number | undefined, { clientOf, user }: Facts): boolean {
  return request !== undefined && user !== undefined && clientOf.get(request) === clientOf.get(user)
}

/** The network alone may execute a reservation twice. */
function hasTwoTries(request: number, { reservations, faultsOf }: Facts): boolean {
  const duplicates = faultsOf(request).filter(fault => fault === 'duplicated').length
  return reservations.filter(each => each.request === request).length > 1 + duplicates
}

/** In the home Region the end of the link is in order with the tries. */
function isAfterEnd(each: Executed, { executed, use, revocation }: Facts): boolean {
  return [use, revocation].some(end => end !== undefined && executed.indexOf(each) > executed.indexOf(end))
}

/** A later request of the client that used the link, with the right passphrase or as a browser none, had no fault and got nothing. */
function isLostRepeat(response: Answered, facts: Facts, { binding, confused, expiresIn, uses }: Scenario): boolean {
  const { requests, use, user = 0, faultsOf, revocation } = facts
  const [first, again] = [requests.get(user), requests.get(response.request)]
  if (use === undefined || first === undefined || again === undefined) return false
  const isLater = again.at > use.at && isUser(again.request, facts)
  const mayReopen =
    again.brought === 'right' || (again.brought === 'nothing' && again.identity.startsWith('__Host-once'))
  const isElsewhere = again.edge === confused || !mayUse(binding, again) || !mayRepeat(binding, first, again)
  const isOver = expiresIn < 60 || response.at - use.at >= lifeMs || (revocation?.at ?? Infinity) <= response.at
  const isHurt = faultsOf(again.request).length > 0
  // A locked link with several uses gives programs nothing again, or they could go on trying.
  const isLocked = uses !== undefined && response.reason === 'locked'
  return isLater && mayReopen && !isElsewhere && !isOver && !isHurt && !isLocked && response.reason !== 'granted'
}

/** What a request was told of its passphrase is true. */
function isTrue({ request, reason, at, triesLeft = 0 }: Answered, facts: Facts): boolean {
  const { requests, consumptions, reservations, maxTries, user } = facts
  const brought = requests.get(request)?.brought
  // Of a client without the passphrase, a write that is executed twice may find what the client has used since.
  const hasUsed = brought === 'nothing' ? user === request : consumptions.some(each => each.request === request)
  switch (reason) {
    case 'unconfirmed':
    case 'passphrase-required':
      return !hasUsed && brought === 'nothing'
    case 'locked':
      return !hasUsed && reservations.filter(each => each.at <= at).length >= maxTries
    case 'wrong-passphrase':
      return !hasUsed && brought === 'wrong' && triesLeft > 0 && triesLeft < maxTries
    default:
      return true
  }
}
