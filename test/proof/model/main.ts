import { type Configuration, configurations } from './configurations.ts'
import { type Exploration, explore } from './explore.ts'
import { protocolOf } from './protocol.ts'
import { type ExplorationWithoutGuard, exploreWithoutGuards } from './without-guards.ts'

/**
 * Explores the protocol of one link: `node test/proof/model/main.ts [--full] [--json]`. First with all guards in every
 * configuration, where no promise may break; then without each guard in turn, where one must. Exits with 1 otherwise.
 */

/** Most states of one configuration that fit into the memory of a small machine. */
const limit = 12_000_000

interface Line extends Exploration {
  readonly name: string
}

const isFull = process.argv.includes('--full')
const isJson = process.argv.includes('--json')
const print = (text: string) => {
  if (!isJson) process.stdout.write(`${text}\n`)
}

print(inColumns(['all guards on', 'states', 'transitions', 'depth', 'ms', 'violations', 'lock-outs']))
const lines = configurations.filter(({ size }) => isFull || size === 'usual').map(exploreAndPrint)
const sum = (of: (line: Line) => number) => lines.reduce((total, line) => total + of(line), 0)
const violations = lines.filter(({ counterexample }) => counterexample !== undefined).length
const states = sum(line => line.states)
print(
  row('total', {
    states,
    transitions: sum(line => line.transitions),
    depth: Math.max(...lines.map(({ depth }) => depth)),
    ms: sum(line => line.ms),
    violations,
    notable: sum(line => line.notable),
  }),
)

print('\nwithout a guard                          broken  after')
const withoutGuards = [...exploreWithoutGuards()].map(result => {
  print(resultInWords(result))
  return result
})
const uncaught = withoutGuards.filter(({ exploration }) => exploration.counterexample === undefined)
if (isJson) process.stdout.write(`${JSON.stringify({ configurations: lines, guards: withoutGuards }, undefined, 2)}\n`)
process.exitCode = violations > 0 || uncaught.length > 0 ? 1 : 0

function exploreAndPrint(configuration: Configuration): Line {
  const exploration = explore(protocolOf(configuration), { limit })
  const { name } = configuration
  const { stoppedAt, counterexample } = exploration
  print(row(name, { ...exploration, violations: counterexample === undefined ? 0 : 1 }))
  if (stoppedAt !== undefined) print(`  stopped at ${stoppedAt} states`)
  if (counterexample !== undefined) print(stepsInWords(counterexample))
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

function resultInWords({ guard, configuration, breaks, exploration }: ExplorationWithoutGuard): string {
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
