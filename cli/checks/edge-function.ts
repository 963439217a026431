import { check, fail } from '../deployment/doctor/check.ts'

/** Longest that the edge function may take, in seconds: the strictest limit that Lambda@Edge ever had. */
const mostSeconds = 5

/** The function at the edges is as Lambda@Edge and we want it. */
export const edgeFunction = check({
  name: 'edge-function',
  fine: 'the edge function is as it was deployed',
  needs: ['edgeFunction', 'distribution'],
  look({ edgeFunction: found, distribution }, { settings, names }) {
    // Where none is named the check of links says so.
    if (!distribution?.behaviours.some(({ functions }) => functions.length > 0)) return []
    if (found === undefined) return [fail(`the version of ${names.edgeFunction} that answers links is gone`)]
    const expected = [
      ['runtime', found.runtime, 'nodejs24.x'],
      ['architecture', found.architecture, 'x86_64'],
      ['memory', found.memory, settings.edgeMemory],
      ['log group', found.logGroup ?? 'a default one', names.edgeLogs],
    ] as const
    return [
      ...expected
        .filter(([, is, should]) => is !== should)
        .map(([what, is, should]) => fail(`the edge function has ${what} ${is}, expected: ${should}`)),
      ...(found.timeoutSeconds <= mostSeconds
        ? []
        : [fail(`the edge function may take ${found.timeoutSeconds} s, expected: at most ${mostSeconds}`)]),
      ...(found.environment.length === 0
        ? []
        : [fail(`the edge function has environment variables: ${found.environment.join(', ')}`)]),
    ]
  },
})
