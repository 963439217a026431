/** A problem document, RFC 9457. `reason` is for programs, `title` and `detail` are for people. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly reason: string
  /** The request as our logs know it. */
  readonly requestId: string
}

/** The media type of a problem document. */
export const problemType = 'application/problem+json'

/** The JSON of a problem. Its type URI is a name, not an address: ARCHITECTURE.md lists the reasons. */
export function problemText(problem: Problem, extensions: object = {}): string {
  return JSON.stringify({ type: `urn:once-at-edge:problem:${problem.reason}`, ...problem, ...extensions })
}
