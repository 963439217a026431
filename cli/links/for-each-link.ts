import type { ParseArgsOptionsConfig } from 'node:util'
import { type Client, ProblemError } from '../../client/client.ts'
import type { ExitCode } from '../command.ts'
import { parseWithOperands } from '../options.ts'
import type { Ports } from '../ports/ports.ts'
import { refusalOf } from '../terminal/errors.ts'
import { apiOptions, openApi, withLocalOrigin } from './link-api.ts'
import { linkIdsOf } from './link-ids.ts'

/** How a command about links that are there was called. */
export interface Call {
  readonly client: Client
  readonly json: boolean
  /** Of all links that it names. */
  readonly ids: readonly string[]
}

/** Asks the api about each link that a command line names, and says what came of it. */
export async function eachLink(
  args: readonly string[],
  ports: Ports,
  tell: (id: string, call: Call) => Promise<string>,
): Promise<ExitCode> {
  const { values, positionals } = parseWithOperands(withLocalOrigin(args), apiOptions)
  const ids = linkIdsOf(positionals)
  const { client } = await openApi(values, ports)
  const call = { client, json: values.json, ids }
  const act = async (id: string) => ports.print(await tell(id, call))
  return forEach(ids, act, { nameOf: id => id, options: apiOptions, note: ports.info })
}

/** How things are told of. */
interface Telling<T> {
  readonly nameOf: (item: T) => string
  /** Of the command: what is wrong is told under their names. */
  readonly options: ParseArgsOptionsConfig
  readonly note: Ports['info']
}

/** Does something for each link; what the api turns down is told, and the others are gone on with. */
export async function forEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { nameOf, options, note }: Telling<T>,
): Promise<ExitCode> {
  let code: ExitCode = 0
  for (const item of items) {
    try {
      await act(item)
    } catch (error) {
      // Of one alone, `run` tells more.
      if (!(error instanceof ProblemError) || items.length === 1) throw error
      const [title, ...words] = refusalOf(error, options)
      note(`${nameOf(item)}: ${title}: ${words.join('; ')}`)
      code = 3
    }
  }
  return code
}
