import { canFetch, isWithin, mayRepeat, mayUse, rightsAsked } from './binding.ts'
import { checkFileEnds, filePromises } from './file-verdict.ts'
import { checkTries, tryPromises } from './try-verdict.ts'
import type { SimulationEvent } from './history.ts'
import {
  type Answered,
  type Executed,
  type Grant,
  lifeMs,
  type LinkHistory,
  readHistory,
  type Requested,
} from './link-history.ts'
import { isFaultless } from './scenario.ts'
import { checkReplacement, replacePromises } from './replace-verdict.ts'
import type { History } from './schedule.ts'
import { checkUpload, uploadPromises } from './upload-verdict.ts'
import { checkUses, ofEachClient, usesPromises } from './uses-verdict.ts'

/** A promise that was broken, and how. */
export interface Violation {
  readonly promise: keyof typeof promises
  readonly how: string
}

/**
 * Promises that every schedule must keep, each by name. The model checks the same ones
 * (test/proof/model/properties.ts).
 */
export const promises = {
  'one capability': 'at most one capability exists for a nonce: one object, end and secret',
  'one client': 'at most one client gets it, and without a receipt one request',
  'no more than the first': 'no capability opens the file to more than the first does, which is bound as the link asks',
  'used by who can fetch': 'a request that uses the link can fetch the file with its capability',
  'none once revoked': 'a link whose revocation was acknowledged as that of an unused link has no capability',
  'nothing after a revocation': 'no write that comes after a revocation lets an edge hand anything out',
  'none after expiry': 'no edge grants a capability after the expiry or after its end, by its own clock',
  'spent is true': 'a client that used a link never gets spent',
  'unused is true': 'a request whose response says that the link was not used did not use it',
  'loss is reported': 'a request that used a link in vain gets outcome-unknown, if it gets a response',
  'forgery costs nothing': 'an edge refuses an edited nonce without a store call',
  'no lock-out': 'with a receipt, a client with more attempts than faults gets its capability',
  'in time': 'every edge responds within 4 s',
  'works without faults': 'without faults, exactly one capability is granted, if a request may use the link',
  ...tryPromises,
  ...usesPromises,
  ...replacePromises,
  ...filePromises,
  ...uploadPromises,
} as const

/** Result of checking a schedule. */
export interface Verdict {
  readonly violations: readonly Violation[]
  /**
   * Set if a link without a receipt is used though no client has a capability: the response to the request that used
   * it.
   */
  readonly lockedOut?: string
}

/** Checks a schedule against every promise. */
export function judge(ofLink: History): Verdict {
  const { scenario, events, expiresAt, items } = ofLink
  const history = readHistory(events, scenario)
  // Of several uses, each client has a link of its own.
  const parts = scenario.uses === undefined ? [history] : ofEachClient(history)
  const found = [
    ...parts.flatMap(part => [
      ...checkCapabilities(part, scenario, expiresAt ?? 0),
      ...checkBindings(part, scenario),
      ...checkRevocation(events, part),
      ...checkHonesty(part, scenario),
      ...checkLockOuts(part, scenario),
      ...(scenario.maxTries === undefined ? [] : checkTries(part, scenario, items)),
    ]),
    ...checkTime(history),
    ...checkForgery(events),
    ...(scenario.uses === undefined ? checkFaultless(history, scenario) : checkUses(history, scenario, items)),
    ...checkReplacement(ofLink, history),
    ...checkFileEnds(ofLink, history),
    ...checkUpload(events),
  ]
  const violations = Object.entries(Object.fromEntries(found)).map(([promise, how]) => ({ promise, how }) as Violation)
  const lockedOut = scenario.receipt ? undefined : lockOutOf(history)
  return { violations, ...(lockedOut !== undefined && { lockedOut }) }
}

function lockOutOf({ consumptions, grants, responses }: LinkHistory): string | undefined {
  const [first] = consumptions
  if (first === undefined || grants.length > 0) return undefined
  return responses.find(({ request }) => request === first.request)?.reason ?? 'none: the process died'
}

type Finding = readonly [keyof typeof promises, string]

function checkCapabilities(
  { grants, clientOf, isRevokedUnused }: LinkHistory,
  { receipt }: History['scenario'],
  expiresAt: number,
): Finding[] {
  const distinct = new Set(grants.map(({ identity }) => identity))
  const clients = new Set(grants.map(({ request }) => (receipt ? clientOf.get(request) : request)))
  const late = grants.filter(({ clock, end }) => clock >= Math.min(end, expiresAt) * 1000)
  return [
    ...(distinct.size > 1 ? [['one capability', [...distinct].join(' and ')] as const] : []),
    ...(clients.size > 1 ? [['one client', `clients ${[...clients].join(' and ')}`] as const] : []),
    ...(isRevokedUnused && grants.length > 0 ? [['none once revoked', `${grants.length} were granted`] as const] : []),
    ...(late.length > 0 ? [['none after expiry', `${(late[0]?.clock ?? 0) - expiresAt * 1000} ms late`] as const] : []),
  ]
}

/** Finds a capability that opens the file to more than the first request that used the link, or less than its client needs. */
function checkBindings({ grants, consumptions, requests }: LinkHistory, { binding }: History['scenario']): Finding[] {
  const first = requests.get(consumptions[0]?.request ?? 0)
  if (first === undefined) return []
  const most = rightsAsked(binding, first, grants[0]?.secretHash)
  const tooMuch = grants.find(({ rights }) => !isWithin(rights, most))
  const cannotFetch = ({ request, rights, secret }: Grant) => {
    const { address, holdsSecret, ...sent } = requests.get(request) as Requested
    const mayBeElsewhere = request !== first.request && !holdsSecret
    return !mayBeElsewhere && !canFetch(rights, address, sent.secret ?? (holdsSecret ? secret : undefined))
  }
  const useless = grants.find(cannotFetch)
  return [
    ...(tooMuch ? [['no more than the first', `request ${tooMuch.request}`] as const] : []),
    ...(useless ? [['used by who can fetch', `request ${useless.request}`] as const] : []),
    ...(mayUse(binding, first) ? [] : [['used by who can fetch', `request ${first.request} used it`] as const]),
  ]
}

/** Finds a grant to a request whose write took effect after the revocation's. */
function checkRevocation(
  events: readonly SimulationEvent[],
  { consumptions, grants, revocation }: LinkHistory,
): Finding[] {
  if (revocation === undefined) return []
  const later = new Set(events.slice(events.indexOf(revocation)))
  const granted = new Set(grants.map(({ request }) => request))
  const wrong = consumptions.find(each => later.has(each) && granted.has(each.request ?? 0))
  return wrong ? [['nothing after a revocation', `request ${wrong.request}`]] : []
}

/** A restored table lacks later writes, and a confused edge reads another Region: both may respond `spent`. */
function checkHonesty(history: LinkHistory, { receipt, confused, binding }: History['scenario']): Finding[] {
  const { responses, consumptions, clientOf, isRestored } = history
  const isOwn = (response: Answered, { request = 0 }: Executed) =>
    request === response.request || (receipt && clientOf.get(response.request) === clientOf.get(request))
  // A repeat's capability ends with the first one's.
  const hadUsed = (response: Answered) => {
    const first = consumptions.find(consumption => isOwn(response, consumption))
    return first !== undefined && first.at <= response.at && response.at - first.at < lifeMs
  }
  const wrongSpent = responses.find(
    response => response.reason === 'spent' && hadUsed(response) && !isElsewhere(response, history, binding),
  )
  const wrongUnused = responses.find(
    ({ reason, request }) =>
      reason === 'unavailable' && consumptions.some(consumption => consumption.request === request),
  )
  const reportsLoss = new Set(['outcome-unknown', 'expired', 'granted', 'failed'])
  const unreported = responses.find(response => !receipt && hadUsed(response) && !reportsLoss.has(response.reason))
  return [
    ...(wrongSpent && !isRestored && confused === undefined
      ? [['spent is true', `request ${wrongSpent.request}`] as const]
      : []),
    ...(wrongUnused ? [['unused is true', `request ${wrongUnused.request}`] as const] : []),
    ...(unreported ? [['loss is reported', `request ${unreported.request}: ${unreported.reason}`] as const] : []),
  ]
}

/** Returns whether a request comes from where or with what the link gives no capability, to the client that used it either. */
function isElsewhere(
  { request }: Answered,
  { consumptions, requests }: LinkHistory,
  binding: History['scenario']['binding'],
): boolean {
  const [first, again] = [requests.get(consumptions[0]?.request ?? 0), requests.get(request)]
  if (first === undefined || again === undefined || again.brought === 'wrong') return true
  return !mayUse(binding, again) || !mayRepeat(binding, first, again)
}

function checkTime({ responses }: LinkHistory): Finding[] {
  const slow = responses.find(({ tookMs }) => tookMs > 4000)
  return slow ? [['in time', `request ${slow.request}: ${slow.tookMs} ms`]] : []
}

function checkForgery(events: readonly SimulationEvent[]): Finding[] {
  const forged = events.find(each => each.kind === 'forgery response')
  if (forged === undefined || (forged.status === 404 && forged.storeCalls === 0)) return []
  return [['forgery costs nothing', `status ${forged.status}, ${forged.storeCalls} store calls`]]
}

/**
 * Finds an identified client that used the link and made an attempt without a fault, but got no capability. Attempts that come
 * after a revocation, or from where the link gives none, must get none.
 */
function checkLockOuts(
  history: LinkHistory,
  { receipt, expiresIn, restoreAt, confused, binding }: History['scenario'],
): Finding[] {
  if (!receipt || expiresIn < 60 || restoreAt !== undefined || confused !== undefined) return []
  const { consumptions, grants, requests, responses, clientOf, faultsOf, revocation } = history
  const owner = clientOf.get(consumptions[0]?.request ?? 0)
  if (owner === undefined || owner.startsWith('request ')) return []
  // A passphrase of its own may have taken the last try; who brings a wrong one or none gets no capability by that.
  const mayWin = (request: number) => (requests.get(request)?.brought ?? 'right') === 'right'
  const attempts = [...clientOf].flatMap(([request, client]) => (client === owner && mayWin(request) ? [request] : []))
  const isRefusedRightly = (response: Answered) =>
    (revocation !== undefined && response.reason === 'revoked') ||
    response.reason === 'locked' ||
    isElsewhere(response, history, binding)
  const isInVain = (request: number) => responses.some(each => each.request === request && isRefusedRightly(each))
  const faults = attempts.reduce((sum, request) => sum + faultsOf(request).length + Number(isInVain(request)), 0)
  const isServed = grants.some(({ request }) => clientOf.get(request) === owner)
  if (isServed || faults >= attempts.length) return []
  return [['no lock-out', `client ${owner} had ${attempts.length} attempts and ${faults} faults`]]
}

/**
 * A schedule without faults must succeed: otherwise the others could keep all promises because no request ever
 * succeeds.
 */
function checkFaultless({ grants, requests, reservations }: LinkHistory, scenario: History['scenario']): Finding[] {
  const { binding, clients, maxTries } = scenario
  if (!isFaultless(scenario)) return []
  const hasRightTry = reservations.some(({ request = 0 }) => requests.get(request)?.brought === 'right')
  const isUsable = maxTries === undefined ? [...requests.values()].some(sent => mayUse(binding, sent)) : hasRightTry
  const mayReturn = maxTries !== undefined || clients.some(({ returns }) => returns > 0)
  if (isUsable ? grants.length === 1 || (mayReturn && grants.length > 1) : grants.length === 0) return []
  return [['works without faults', `${grants.length} redirects`]]
}
