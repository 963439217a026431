import type { PhysicalNames } from '../../../infra/placement/physical-names.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import type { CollectedFacts } from '../doctor/facts.ts'
import type { TrialLinks } from './trial-links.ts'
import type { TrialKind, TrialResult } from './trials/trials.ts'

/** What AWS or a client does, as it was seen. */
export type Answer =
  | { readonly kind: 'yes'; readonly found: string }
  /** `around`: the setting or the step that gets around it. */
  | { readonly kind: 'no'; readonly found: string; readonly around: string }
  /** A question that has no right answer: `word` says what AWS does. */
  | { readonly kind: 'word'; readonly word: string; readonly found: string }
  | { readonly kind: 'not tried'; readonly why: string }
  /** A call failed, so the question has no answer. */
  | { readonly kind: 'failed'; readonly why: string }

/** What questions read and use. */
export interface ProveContext {
  readonly settings: Settings
  readonly names: PhysicalNames
  readonly facts: CollectedFacts
  readonly links: TrialLinks
  /** Returns what became of a throw-away stack; `missing` also if `--also` did not ask for it. */
  readonly trialOf: (kind: TrialKind) => TrialResult
  readonly ports: DeploymentPorts
  readonly signal: AbortSignal
  /** Until when to wait for what AWS delivers late, such as log entries. */
  readonly waitUntil: () => EpochMs
}

/** One question about AWS or clients that only a real deployment answers. */
export interface Question {
  /** Unique, in kebab case. */
  readonly id: string
  readonly asks: string
  /** Where AWS or this project says what is expected, or that it says nothing. */
  readonly source: string
  /** Whether a deployment with these settings does not do what it promises if the answer is no. */
  readonly isRelied: (settings: Settings) => boolean
  /** The priced throw-away resources that answer it. @default what is deployed answers it */
  readonly also?: TrialKind
  /** Answers. If it rejects, there is no answer, and the message says why. */
  answer(context: ProveContext): Promise<Answer>
}

/** Makes the answer yes. */
export function yes(found: string): Answer {
  return { kind: 'yes', found }
}

/** Makes the answer no, with what gets around it. */
export function no(found: string, around: string): Answer {
  return { kind: 'no', found, around }
}

/** Makes an answer in a word. */
export function word(text: string, found: string): Answer {
  return { kind: 'word', word: text, found }
}

/** Makes the answer to a question that was not tried. */
export function notTried(why: string): Answer {
  return { kind: 'not tried', why }
}

/** Reads a fact. Throws what AWS said if the fact is unknown. */
export function factOf<K extends keyof CollectedFacts>(facts: CollectedFacts, name: K) {
  const fact = facts[name]
  if (fact.kind === 'unknown') throw new Error(fact.why)
  return fact.value as Extract<CollectedFacts[K], { kind: 'known' }>['value']
}
