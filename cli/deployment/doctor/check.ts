import type { Settings } from '../../../infra/settings.ts'
import type { CollectedFacts, Expected, FactResult, Facts } from './facts.ts'

/** A difference between a deployment and its settings, or a risk. */
export interface Problem {
  /** `fail`: breaks a promise, or soon will. `warn`: should be reviewed. */
  readonly severity: 'warn' | 'fail'
  readonly found: string
  readonly todo: string
}

/** One requirement of a deployment. It reads facts and makes no calls. */
export interface Check<Needs extends keyof Facts = keyof Facts> {
  /** Unique, in kebab case. */
  readonly name: string
  /** The message if there is no problem. */
  readonly fine: string
  /** The facts that it reads. If one is unknown, the check fails with the reason. */
  readonly needs: readonly Needs[]
  /** Whether the check applies to these settings. @default to all */
  readonly appliesTo?: (settings: Settings) => boolean
  /** Returns all problems. */
  inspect(facts: Pick<Facts, Needs>, expected: Expected): readonly Problem[]
}

/** A result of a check: one per problem, or a single `ok`. */
export interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** What to do; empty if `ok`. */
  readonly todo: string
}

/** What to do if a setting was never deployed, or was changed by hand since. */
export const deployAgain = 'npm run deploy'

/** Creates a problem that breaks a promise, or soon will. */
export function fail(found: string, todo: string = deployAgain): Problem {
  return { severity: 'fail', found, todo }
}

/** Creates a problem that should be reviewed. */
export function warn(found: string, todo: string = deployAgain): Problem {
  return { severity: 'warn', found, todo }
}

/** Returns the check unchanged; infers the types of its facts from `needs`. */
export function check<const Needs extends keyof Facts>(definition: Check<Needs>): Check<Needs> {
  return definition
}

/** Runs a check and returns its findings; none if it doesn't apply. */
export function runCheck(check: Check, collected: CollectedFacts, expected: Expected): readonly Finding[] {
  const { name, fine, needs } = check
  if (check.appliesTo?.(expected.settings) === false) return []
  const unknown = needs.map(need => collected[need]).find(fact => fact.kind === 'unknown')
  if (unknown !== undefined) {
    return [{ check: name, verdict: 'fail', found: `can't be checked: ${unknown.why}`, todo: 'solve this first' }]
  }
  const facts = Object.fromEntries(needs.map(need => [need, valueOf(collected[need])])) as unknown as Facts
  const problems = check.inspect(facts, expected)
  if (problems.length === 0) return [{ check: name, verdict: 'ok', found: fine, todo: '' }]
  return problems.map(({ severity, found, todo }) => ({ check: name, verdict: severity, found, todo }))
}

function valueOf(fact: FactResult<unknown>): unknown {
  return fact.kind === 'known' ? fact.value : undefined
}
