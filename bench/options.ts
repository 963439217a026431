import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** The parts of the bench, in the order in which they run. */
export const sections = [
  'size',
  'load',
  'cpu',
  'refusals',
  'memory',
  'cold',
  'signatures',
  'paths',
  'issuing',
  'growth',
] as const

/** A part of the bench. */
export type Section = (typeof sections)[number]

/** Options of the command line. */
export interface BenchOptions {
  readonly rounds: number
  /** Number of live links in one larger table of the growth section, and of used links in the other. */
  readonly links: number
  readonly only: readonly Section[]
  /** Whether cold starts at the edge's real size are measured, and nothing else. */
  readonly edge: boolean
  /** Absolute path; undefined without `--json`. */
  readonly json: string | undefined
}

/** A malformed command line. The message names the option, its value and what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** What `npm run bench -- --help` prints. */
export const usage = `npm run bench -- [--rounds N] [--links N] [--only SECTION,...] [--json FILE]
npm run bench -- --edge [--rounds N] [--json FILE]

Compares the shipped edge with a baseline, written as the AWS documentation shows, and with fixed limits.

  --rounds N   number of measurements of each, in turn (default 5, or 15 with --edge; 1 to 50)
  --links N    live and used links in the larger tables (default 1000000, 2000 to 5000000)
  --only LIST  run only these sections: ${sections.join(', ')}
  --edge       instead, start functions as Lambda@Edge does, in 0.072 of a CPU and far from their store (Linux, root)
  --json FILE  also write the values of all rounds to this file

A run of all sections writes its part of bench/results.md, and so does a run with --edge. Exit code 1: a limit is broken; 2: the command line is wrong.
`

/** Parses the command line. Throws an `OptionError` that names the option, its value and what is allowed. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const values = parseStrictly(args)
  if (values.help) return 'help'
  const { edge } = values
  for (const name of ['links', 'only'] as const) {
    if (edge && values[name] !== undefined) throw new OptionError(`--${name}: not allowed with --edge`)
  }
  return {
    rounds: parseCount('rounds', values.rounds ?? (edge ? '15' : '5'), [1, 50]),
    links: parseCount('links', values.links ?? '1000000', [2000, 5_000_000]),
    only: values.only === undefined ? sections : parseSections(values.only),
    edge,
    json: values.json === undefined ? undefined : parseFile(values.json),
  }
}

function parseStrictly(args: readonly string[]) {
  try {
    const options = {
      rounds: { type: 'string' },
      links: { type: 'string' },
      only: { type: 'string' },
      edge: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (cause) {
    throw new OptionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Parses a whole number such as `1000000` or `1e6`. */
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
