import type { Settings } from '../../../infra/settings.ts'
import type { Expected, Facts, CollectedFacts } from './facts.ts'

/** Something that isn't as it should be. */
export interface Problem {
  readonly severity: 'warn' | 'fail'
  readonly found: string
  readonly todo: string
}

/** One thing that a deployment must be. Each is a file of its own in checks/, and asks nobody anything. */
export interface Check<Needs extends keyof Facts = keyof Facts> {
  /** Its file's name. */
  readonly name: string
  /** What is said when nothing is wrong. */
  readonly fine: string
  /** The facts it is about. When one could not be had, the check fails with the reason. */
  readonly needs: readonly Needs[]
  /** @default every deployment */
  readonly appliesTo?: (settings: Settings) => boolean
  /** Everything that is wrong. */
  look(facts: Pick<Facts, Needs>, expected: Expected): readonly Problem[]
}

/** What a check came to: one for each problem, or one that says all is fine. */
export interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** What to do about it; empty when nothing is to be done. */
  readonly todo: string
}

/** For what differs from the settings because it was never deployed so, or changed by hand. */
export const deployAgain = 'npm run deploy'

/** Something that breaks a promise, or soon will. */
export function fail(found: string, todo: string = deployAgain): Problem {
  return { severity: 'fail', found, todo }
}

/** Something to look at. */
export function warn(found: string, todo: string = deployAgain): Problem {
  return { severity: 'warn', found, todo }
}

/** Makes a check of what it needs and how it looks: so its facts have their types. */
export function check<const Needs extends keyof Facts>(made: Check<Needs>): Check<Needs> {
  return made
}

/** What one check finds; nothing where it doesn't apply. */
export function runCheck(check: Check, gathered: CollectedFacts, expected: Expected): readonly Finding[] {
  const { name, fine, needs } = check
  if (check.appliesTo?.(expected.settings) === false) return []
  const unknown = needs.map(need => gathered[need]).find(fact => !fact.known)
  if (unknown?.known === false) {
    return [
      { check: name, verdict: 'fail', found: `could not be looked at: ${unknown.why}`, todo: 'see to that first' },
    ]
  }
  const facts = Object.fromEntries(needs.map(need => [need, valueOf(gathered, need)])) as unknown as Facts
  const problems = check.look(facts, expected)
  if (problems.length === 0) return [{ check: name, verdict: 'ok', found: fine, todo: '' }]
  return problems.map(({ severity, found, todo }) => ({ check: name, verdict: severity, found, todo }))
}

function valueOf(gathered: CollectedFacts, need: keyof Facts): unknown {
  const fact = gathered[need]
  return fact.known ? fact.value : undefined
}
