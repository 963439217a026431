import { Annotations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** What is wrong with a use of the construct, what it got, and what it allows. */
export interface Wrong {
  readonly problem: string
  readonly got: string
  readonly allowed: string
}

/** A use of the construct that cannot work. Its message begins with `once-at-edge:ID`; docs/construct.md lists all ids. */
export class OnceAtEdgeError extends Error {
  readonly id: string

  constructor(id: string, { problem, got, allowed }: Wrong) {
    super(`once-at-edge:${id}: ${problem}; got ${got}; allowed: ${allowed}`)
    this.name = 'OnceAtEdgeError'
    this.id = id
  }
}

/** Adds a warning of a doubtful use, with the id `once-at-edge:ID`; `--strict` of the CDK makes it fatal until it is acknowledged. */
export function warn(scope: IConstruct, id: string, text: string): void {
  Annotations.of(scope).addWarningV2(`once-at-edge:${id}`, text)
}
