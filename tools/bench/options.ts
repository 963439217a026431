import { parseArgs } from 'node:util'

/** Options of the command line. */
export interface BenchOptions {
  readonly rounds: number
  /** Whether cold starts at the edge's real size are measured, and nothing else. */
  readonly edge: boolean
}

/** A malformed command line. The message names the option, its value and what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** What `npm run bench -- --help` prints. */
export const usage = `npm run bench -- [--edge] [--rounds N]

Compares the shipped edge with a baseline, written as the AWS documentation shows, and with fixed limits: size, loading,
redemptions.

  --rounds N   number of measurements of each, in turn (default 5, or 15 with --edge; 1 to 50)
  --edge       instead, start functions as Lambda@Edge does, in 0.072 of a CPU and 20 ms from their store (Linux, root)

Exit code 1: a limit is broken; 2: the command line is wrong.
`

/** Parses the command line. Throws an `OptionError` that names the option, its value and what is allowed. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { help, edge, rounds = edge ? '15' : '5' } = parseStrictly(args)
  if (help) return 'help'
  const count = Number(rounds)
  if (/^\d+$/.test(rounds) && count >= 1 && count <= 50) return { rounds: count, edge }
  throw new OptionError(`--rounds: got ${JSON.stringify(rounds)}, allowed: a whole number from 1 to 50`)
}

function parseStrictly(args: readonly string[]) {
  try {
    const options = {
      rounds: { type: 'string' },
      edge: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (cause) {
    throw new OptionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
