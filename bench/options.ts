import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** The parts of the bench, in the order in which they run. */
export const sections = ['size', 'load', 'cpu', 'refusals', 'memory', 'cold', 'signatures', 'growth'] as const

/** A part of the bench. */
export type Section = (typeof sections)[number]

/** What the command line asks for. */
export interface BenchOptions {
  readonly rounds: number
  /** How many live links the larger table of the growth section holds. */
  readonly links: number
  readonly only: readonly Section[]
  /** An absolute path, or undefined when no file was asked for. */
  readonly json: string | undefined
}

/** A command line that can't be understood; its message says what was given and what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** What `npm run bench -- --help` prints. */
export const usage = `npm run bench -- [--rounds N] [--links N] [--only SECTION,...] [--json FILE]

Holds the edge as it ships against a baseline written as the AWS documentation shows it, and against its limits.

  --rounds N   how often each is measured, in turn (default 5, 1 to 50)
  --links N    live links in the larger table (default 1000000, 2000 to 5000000)
  --only LIST  some sections alone: ${sections.join(', ')}
  --json FILE  write every round there as well

A run of all sections is kept in bench/results.md. Exit code 1: a limit is broken; 2: the command line is wrong.
`

/** Reads the command line; throws an `OptionError` that names the option, what it got and what is allowed. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const values = parseStrictly(args)
  if (values.help) return 'help'
  return {
    rounds: parseCount('rounds', values.rounds, [1, 50]),
    links: parseCount('links', values.links, [2000, 5_000_000]),
    only: values.only === undefined ? sections : parseSections(values.only),
    json: values.json === undefined ? undefined : parseFile(values.json),
  }
}

function parseStrictly(args: readonly string[]) {
  try {
    const options = {
      rounds: { type: 'string', default: '5' },
      links: { type: 'string', default: '1000000' },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (cause) {
    throw new OptionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** A whole number such as `1000000` or `1e6`. */
function parseCount(name: string, text: string, [least, most]: readonly [number, number]): number {
  const count = Number(text)
  if (/^\d+(e\d)?$/.test(text) && count >= least && count <= most) return count
  throw new OptionError(`--${name}: got ${JSON.stringify(text)}, allowed: a whole number from ${least} to ${most}`)
}

function parseSections(text: string): readonly Section[] {
  const names = text.split(',')
  const unknown = names.find(name => !sections.some(section => section === name))
  if (unknown === undefined) return sections.filter(section => names.includes(section))
  throw new OptionError(`--only: got ${JSON.stringify(unknown)}, allowed: ${sections.join(', ')}`)
}

function parseFile(text: string): string {
  if (text !== '') return resolve(text)
  throw new OptionError('--json: got "", allowed: the name of a file')
}
