import type { ParseArgsOptionsConfig } from 'node:util'
import { type Client, ProblemError } from '../../client/client.ts'
import type { ExitCode } from '../command.ts'
import { parseWithOperands } from '../options.ts'
import type { Ports } from '../ports/ports.ts'
import { refusalOf } from '../terminal/errors.ts'
import { singleLine } from '../terminal/text.ts'
import { apiOptions, openApi, withLocalOrigin } from './link-api.ts'
import { linkIdsOf } from './link-ids.ts'

/** The parsed command line of a command on existing links. */
export interface Call {
  readonly client: Client
  readonly json: boolean
  /** The ids of all links on the command line. */
  readonly ids: readonly string[]
}

/** Calls the API for each link of a command line, and prints what `act` returns. */
export async function eachLink(
  args: readonly string[],
  ports: Ports,
  act: (id: string, call: Call) => Promise<string>,
): Promise<ExitCode> {
  const { values, positionals } = parseWithOperands(withLocalOrigin(args), apiOptions)
  const ids = linkIdsOf(positionals)
  const { client } = await openApi(values, ports)
  const call = { client, json: values.json, ids }
  const print = async (id: string) => ports.print(await act(id, call))
  return forEach(ids, print, { nameOf: id => id, options: apiOptions, info: ports.info })
}

/** How to report refusals. */
interface Reporting<T> {
  readonly nameOf: (item: T) => string
  /** The command's options: wrong fields are reported under their names. */
  readonly options: ParseArgsOptionsConfig
  readonly info: Ports['info']
}

/** Calls `act` for each item in turn. If the API refuses one, reports it and continues. Returns the highest exit code. */
export async function forEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { nameOf, options, info }: Reporting<T>,
): Promise<ExitCode> {
  let code: ExitCode = 0
  for (const item of items) {
    try {
      await act(item)
    } catch (error) {
      // `run` reports the refusal of a single item in more detail.
      if (!(error instanceof ProblemError) || items.length === 1) throw error
      const [title, ...lines] = refusalOf(error, options)
      info(`${singleLine(nameOf(item))}: ${title}: ${lines.join('; ')}`)
      code = 3
    }
  }
  return code
}
