import type { Settings } from '../../../infra/settings/settings.ts'
import { durationText } from '../../../shared/texts/capability-text.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'

/** The lines of a deployment: each step with its time. */
export interface Steps {
  /** Starts a step; the returned function ends it and prints its line. */
  begin(step: string): (result: string) => void
  /** Prints something that is no step: text for a person, or an object for a program. */
  print(text: string, object: Readonly<Record<string, unknown>>): void
}

/** What the parts of a deployment have in common. */
export interface DeployScope {
  readonly settings: Settings
  /** The settings as they are written, which the CDK app takes. */
  readonly written: object
  /** Whether to undo what was changed by hand. */
  readonly revertDrift: boolean
  readonly steps: Steps
  readonly signal: AbortSignal
  readonly ports: DeploymentPorts
}

/** Creates the lines. For programs, each is a JSON object, so that they can follow. */
export function createSteps(
  { clock, print, info }: Pick<DeploymentPorts, 'clock' | 'print' | 'info'>,
  json: boolean,
): Steps {
  return {
    begin(step) {
      const startedAt = clock.now()
      info(`${timeOf(startedAt)}  ${step}`)
      return result => {
        const seconds = Math.round((clock.now() - startedAt) / 1000)
        const at = new Date(startedAt).toISOString()
        print(
          json
            ? JSON.stringify({ at, step, seconds, result })
            : `${timeOf(startedAt)}  ${durationText(seconds).padStart(8)}  ${step}: ${result}`,
        )
      }
    },
    print: (text, object) => print(json ? JSON.stringify(object) : text),
  }
}

/** Returns the time of day in UTC, as `12:01:07`. */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19)
}
