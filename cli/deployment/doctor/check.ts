import { apiPurpose } from '../../../infra/placement/physical-names.ts'
import { apiRegionsOf, secretRegionsOf, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { ByRegion, CollectedFacts, Expected, FactResult, Facts } from './facts.ts'

/** A difference between a deployment and its settings, or a risk. */
export interface Problem {
  /** `fail`: breaks a promise, or soon will. `warn`: should be reviewed. */
  readonly severity: 'warn' | 'fail'
  readonly found: string
  readonly todo: string
}

/** Facts of things that exist: none is undefined. */
type Existing<Names extends keyof Facts> = { readonly [K in Names]: NonNullable<Facts[K]> }

/** One requirement of a deployment. It reads facts and makes no calls. */
export interface Check<Needs extends keyof Facts = keyof Facts, Sees extends keyof Facts = never> {
  /** Unique, in kebab case. */
  readonly name: string
  /** The message if there is no problem. */
  readonly fine: string | ((facts: Existing<Needs> & Pick<Facts, Sees>, expected: Expected) => string)
  /**
   * The facts that it reads. If one is unknown, or what it describes doesn't exist, the check fails with the reason: nothing is
   * `ok` that isn't there.
   */
  readonly needs: readonly Needs[]
  /** The facts about whose absence it has something better to say, or of which nothing need exist. @default none */
  readonly sees?: readonly Sees[]
  /** Whether the check applies to these settings. @default to all */
  readonly appliesTo?: (settings: Settings, expected: Expected) => boolean
  /** Yields all problems. */
  inspect(facts: Existing<Needs> & Pick<Facts, Sees>, expected: Expected): Iterable<Problem>
}

/** A result of a check: one per problem, or a single `ok`. */
export interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** What to do; empty if `ok`. */
  readonly todo: string
}

/** What to do if a part was never deployed, or its deployment failed. It changes nothing that was changed by hand since. */
export const deployAgain = 'npm run deploy'

/** What to do about any other difference: it also undoes changes by hand, and creates again what was deleted by hand. */
export const revertDrift = 'npm run deploy -- --revert-drift'

/** What to do about a check that can't be made. */
export const solveFirst = 'solve this first'

/** Creates a problem that breaks a promise, or soon will. */
export function fail(found: string, todo: string = revertDrift): Problem {
  return { severity: 'fail', found, todo }
}

/** Creates a problem that should be reviewed. */
export function warn(found: string, todo: string = revertDrift): Problem {
  return { severity: 'warn', found, todo }
}

/** Returns the check unchanged; infers the types of its facts from `needs` and `sees`. */
export function check<const Needs extends keyof Facts, const Sees extends keyof Facts = never>(
  definition: Check<Needs, Sees>,
): Check<Needs, Sees> {
  return definition
}

/** A check of any facts; `runCheck` gives it those that it reads. */
export type AnyCheck = Pick<Check<keyof Facts, keyof Facts>, 'name' | 'needs' | 'sees' | 'appliesTo'>

/** Runs a check and returns its findings; none if it doesn't apply. */
export function runCheck(check: AnyCheck, collected: CollectedFacts, expected: Expected): readonly Finding[] {
  const { name } = check
  if (check.appliesTo?.(expected.settings, expected) === false) return []
  const { fine, inspect, needs, sees = [] } = check as unknown as Check<keyof Facts, keyof Facts>
  const read = [...needs, ...sees]
  const unknown = read.map(each => collected[each]).find(fact => fact.kind === 'unknown')
  if (unknown !== undefined) return [unchecked(name, unknown.why)]
  const facts = Object.fromEntries(read.map(each => [each, valueOf(collected[each])])) as unknown as Facts
  const absent = needs.flatMap(need => absencesOf(need, facts, expected)).map(why => unchecked(name, why))
  if (needs.some(need => facts[need] === undefined)) return absent
  const problems = [...inspect(facts as Existing<keyof Facts>, expected)]
  const findings = problems.map(({ severity, found, todo }) => ({ check: name, verdict: severity, found, todo }))
  if (absent.length + findings.length > 0) return [...absent, ...findings]
  const text = typeof fine === 'string' ? fine : fine(facts as Existing<keyof Facts>, expected)
  return [{ check: name, verdict: 'ok', found: text, todo: '' }]
}

function unchecked(check: string, why: string): Finding {
  return { check, verdict: 'fail', found: `can't be checked: ${why}`, todo: solveFirst }
}

function valueOf(fact: FactResult<unknown>): unknown {
  return fact.kind === 'known' ? fact.value : undefined
}

type Absence<K extends keyof Facts> = (value: Facts[K], expected: Expected) => readonly string[]

/** What to say of each fact that can be absent. The others are lists, of which a check decides what is missing. */
const absences: { readonly [K in keyof Facts]?: Absence<K> } = {
  links: (found, { settings, names }) => missingIn(found, settings.homeRegions, names.linksTable),
  apiState: (found, { settings, names }) => missingIn(found, apiRegionsOf(settings), names.apiStateTable),
  secrets: (found, { settings, names }) => missingIn(found, secretRegionsOf(settings), names.secret),
  dataKeys: found => (found.length > 0 ? [] : ['there is nothing to encrypt']),
  keyGroup: (found, { settings }) => missing(found, `key group ${settings.name}`),
  distribution: found => missing(found, 'distribution'),
  answers: found => missing(found, 'distribution'),
  linksFunctions: (found, { settings, names }) =>
    missingIn(found, apiRegionsOf(settings), names.apiFunction(apiPurpose('links', settings.network))),
}

/** Says which of the things that a fact describes don't exist; returns nothing if all do. */
function absencesOf<K extends keyof Facts>(name: K, facts: Pick<Facts, K>, expected: Expected): readonly string[] {
  const absence: Absence<K> | undefined = absences[name]
  return absence?.(facts[name], expected) ?? []
}

function missing(value: unknown, what: string): readonly string[] {
  return value === undefined ? [`there is no ${what}`] : []
}

function missingIn(found: ByRegion<unknown>, regions: readonly Region[], what: string): readonly string[] {
  return regions.filter(region => found[region] === undefined).map(region => `${what} is not in ${region}`)
}
