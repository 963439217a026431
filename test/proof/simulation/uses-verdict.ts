import { noon } from '../../support/table/links.ts'
import { mayUse } from './binding.ts'
import type { Answered, Grant, LinkHistory } from './link-history.ts'
import { isFaultless, type Scenario } from './scenario.ts'
import { urlSeconds } from './world.ts'

/** Promises of a link with several uses, by name. All others hold for each of its clients. */
export const usesPromises = {
  'so many clients': 'no more clients use the link, or get a capability, than it has uses',
  'all its uses': 'a client hears that the link is used up only once as many have used it as it has uses',
  'its own end': 'the capability of each client ends when its own use does',
  'a repeat when revoked': 'a client that comes back after the revocation gets nothing',
  'a repeat with a wrong passphrase': 'a client that comes back with a wrong passphrase gets nothing',
  'tries returned': 'the item has as many tries as were reserved, without those of the clients that used the link',
  'each who comes': 'without faults, each client that may use the link gets it, as far as there are uses',
} as const

/** Returns the histories of the clients, each as if it were that of a link for this client alone. They share the tries. */
export function ofEachClient(history: LinkHistory): readonly LinkHistory[] {
  const { clientOf, responses, grants, executed, consumptions, requests } = history
  return [...new Set(clientOf.values())].map(client => {
    const isOwn = ({ request }: { readonly request?: number }) => clientOf.get(request ?? 0) === client
    const own = <Of extends { readonly request?: number }>(list: readonly Of[]) => list.filter(isOwn)
    return {
      ...history,
      responses: own(responses),
      grants: own(grants),
      executed: executed.filter(each => each.request === undefined || isOwn(each)),
      consumptions: own(consumptions),
      requests: new Map([...requests].filter(([request]) => isOwn({ request }))),
      clientOf: new Map([...clientOf].filter(([request]) => isOwn({ request }))),
    }
  })
}

/** Milliseconds by which the end of a capability may differ from that of its use: errors of clocks, and a write that was executed late. */
const toleranceMs = 16_000

/** Returns the promises that a link with several uses broke. `items` are what is left of it in each Region, the home first. */
export function checkUses(
  { responses, grants, executed, consumptions, reservations, requests, clientOf, revocation }: LinkHistory,
  scenario: Scenario,
  items: readonly object[],
): (readonly [keyof typeof usesPromises, string])[] {
  const { uses = 0, binding, maxTries } = scenario
  const [home] = items as readonly { readonly tries?: { readonly N: string } }[]
  const clients = (of: Iterable<{ readonly request?: number }>) =>
    new Set([...of].map(({ request = 0 }) => clientOf.get(request)))
  const users = clients(consumptions)
  const served = clients(grants)
  const isEarly = ({ reason, request, at }: Answered) =>
    reason === 'spent' &&
    !users.has(clientOf.get(request)) &&
    clients(consumptions.filter(each => each.at <= at)).size < uses
  const isOfAnother = ({ request, end }: Grant) => {
    const use = consumptions.find(each => clientOf.get(each.request ?? 0) === clientOf.get(request))
    return use !== undefined && Math.abs(noon + use.at + (urlSeconds - end) * 1000) > toleranceMs
  }
  const isLate = ({ request }: Grant) =>
    revocation !== undefined &&
    executed
      .filter(each => each.verb === 'consume' && each.request === request)
      .every(each => executed.indexOf(each) > executed.indexOf(revocation))
  const comers = clients([...requests.values()].filter(sent => mayUse(binding, sent)))
  const isCalm = isFaultless(scenario) && maxTries === undefined
  const broken = {
    'so many clients': users.size > uses || served.size > uses,
    'all its uses': scenario.confused === undefined && responses.some(isEarly),
    'its own end': grants.some(isOfAnother),
    'a repeat when revoked': grants.some(isLate),
    'a repeat with a wrong passphrase': grants.some(({ request }) => requests.get(request)?.brought === 'wrong'),
    'tries returned': home?.tries !== undefined && Number(home.tries.N) !== reservations.length - users.size,
    'each who comes': isCalm && served.size < Math.min(uses, comers.size),
  }
  const names = Object.keys(broken) as (keyof typeof broken)[]
  return names.flatMap(name => (broken[name] ? [[name, usesPromises[name]] as const] : []))
}
