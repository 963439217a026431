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

/** A problem as it is sent. Its type URI is a name, not an address: ARCHITECTURE.md lists the reasons. */
export function toldProblem<E extends object>(
  problem: Problem,
  extensions: E,
): Problem & E & { readonly type: string } {
  return { type: `urn:once-at-edge:problem:${problem.reason}`, ...problem, ...extensions }
}

/** The same as JSON. */
export function problemText(problem: Problem, extensions: object = {}): string {
  return JSON.stringify(toldProblem(problem, extensions))
}
