import { type Configuration, configurations } from './configurations.ts'
import { type Exploration, explore } from './explore.ts'
import { type Missed, missGuards } from './miss-guards.ts'
import { protocolOf } from './protocol.ts'

/**
 * Explores the protocol of one link: `node test/proof/model/main.ts [--full] [--json]`. First with all its guards, in every
 * configuration, where no promise may be broken; then without each guard in turn, where one must be.
 */

/** More states than this of one configuration don't fit into the memory of a small machine. */
const limit = 12_000_000

interface Line extends Exploration {
  readonly name: string
}

const isFull = process.argv.includes('--full')
const isJson = process.argv.includes('--json')
const say = (text: string) => {
  if (!isJson) process.stdout.write(`${text}\n`)
}

say(inColumns(['all guards on', 'states', 'transitions', 'depth', 'ms', 'violations', 'lock-outs']))
const lines = configurations.filter(({ size }) => isFull || size === 'usual').map(exploreAndSay)
const sum = (of: (line: Line) => number) => lines.reduce((total, line) => total + of(line), 0)
const violations = lines.filter(({ counterexample }) => counterexample !== undefined).length
const states = sum(line => line.states)
say(
  row('total', {
    states,
    transitions: sum(line => line.transitions),
    depth: Math.max(...lines.map(({ depth }) => depth)),
    ms: sum(line => line.ms),
    violations,
    notable: sum(line => line.notable),
  }),
)

say('\nwithout a guard                          broken  after')
const missed = [...missGuards()].map(miss => {
  say(missedInWords(miss))
  return miss
})
const uncaught = missed.filter(({ exploration }) => exploration.counterexample === undefined)
if (isJson) process.stdout.write(`${JSON.stringify({ configurations: lines, guards: missed }, undefined, 2)}\n`)
process.exitCode = violations > 0 || uncaught.length > 0 ? 1 : 0

function exploreAndSay(configuration: Configuration): Line {
  const exploration = explore(protocolOf(configuration), { limit })
  const { name } = configuration
  const { stoppedAt, counterexample } = exploration
  say(row(name, { ...exploration, violations: counterexample === undefined ? 0 : 1 }))
  if (stoppedAt !== undefined) say(`  stopped at ${stoppedAt} states`)
  if (counterexample !== undefined) say(stepsInWords(counterexample))
  return { name, ...exploration }
}

type Numbers = Pick<Exploration, 'states' | 'transitions' | 'depth' | 'ms' | 'notable'> & {
  readonly violations: number
}

function row(name: string, { states, transitions, depth, ms, violations, notable }: Numbers): string {
  return inColumns([name, ...[states, transitions, depth, ms, violations, notable].map(String)])
}

function inColumns([name = '', ...cells]: readonly string[]): string {
  return name.padEnd(50) + cells.map(cell => cell.padStart(12)).join('')
}

function missedInWords({ guard, configuration, breaks, exploration }: Missed): string {
  const { counterexample } = exploration
  const title = `${guard.padEnd(24)} ${configuration.padEnd(32)} ${breaks}`
  if (counterexample === undefined) return `${title}  NOT CAUGHT in ${exploration.states} states`
  return `${title}  ${counterexample.steps.length} steps\n${stepsInWords(counterexample)}`
}

function stepsInWords({ property, steps }: NonNullable<Exploration['counterexample']>): string {
  return [
    ...steps.map((step, index) => `  ${String(index + 1).padStart(3)}. ${step}`),
    `       ${property} is broken`,
  ].join('\n')
}
