import { afterAll, afterEach, beforeEach } from 'vitest'

/** Prints at the end of a suite the seconds of each of its tests, with those from the start of the first to its end; tests of a suite inside it count as one. */
export function printsSeconds(): void {
  const phases = new Map<string, { seconds: number; until: number }>()
  let first: number | undefined
  let start = 0
  beforeEach(() => {
    start = performance.now() / 1000
    first ??= start
  })
  afterEach(({ task: { name, suite } }) => {
    const end = performance.now() / 1000
    const phase = suite?.suite === undefined ? name : suite.name
    const seconds = (phases.get(phase)?.seconds ?? 0) + end - start
    phases.set(phase, { seconds, until: end - (first ?? start) })
  })
  afterAll(() => {
    const rows = [...phases].map(([phase, { seconds, until }]) => `${inSeconds(seconds)} ${inSeconds(until)}  ${phase}`)
    process.stdout.write(`${['seconds   until', ...rows].join('\n')}\n`) // a console is silent if tests pass
  })
}

const inSeconds = (seconds: number): string => `${seconds.toFixed(1).padStart(6)} s`
