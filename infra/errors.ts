import { Annotations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** What a mistake is about: what is wrong, the value, what is allowed or how to mend it. */
export interface Mistake {
  readonly problem: string
  readonly got: string
  readonly allowed: string
}

/**
 * A mistake in the use of the construct, found at synthesis. `id` stays the same between releases. The message is
 * `once-at-edge:ID: PROBLEM; got GOT; allowed: ALLOWED`, or for invalid settings a list of them.
 */
export class OnceAtEdgeError extends Error {
  override readonly name = 'OnceAtEdgeError'
  readonly id: string

  constructor(id: string, mistake: Mistake | string) {
    super(messageOf(id, mistake))
    this.id = id
  }
}

/** Returns the message of a mistake, also for those that a validation at the end of the synthesis reports. */
export function messageOf(id: string, mistake: Mistake | string): string {
  if (typeof mistake === 'string') return `once-at-edge:${id}: ${mistake}`
  const { problem, got, allowed } = mistake
  return `once-at-edge:${id}: ${problem}; got ${got}; allowed: ${allowed}`
}

/** Warns of what is doubtful. `once-at-edge:ID` acknowledges the warning; `cdk synth --strict` makes it an error. */
export function warn(scope: IConstruct, id: string, text: string): void {
  Annotations.of(scope).addWarningV2(`once-at-edge:${id}`, text)
}

/** Whether such a warning on exactly this construct was acknowledged: the CDK then doesn't keep it. */
export function isAcknowledged({ node }: IConstruct, id: string): boolean {
  return !node.metadata.some(({ data }) => String(data).includes(`[ack: once-at-edge:${id}]`))
}
