import type { Client } from '../../client/client.ts'
import type { ExitCode } from '../command.ts'
import { forEach } from '../each.ts'
import { parseWithOperands } from '../options.ts'
import type { World } from '../ports/ports.ts'
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
  world: World,
  tell: (id: string, call: Call) => Promise<string>,
): Promise<ExitCode> {
  const { values, positionals } = parseWithOperands(withLocalOrigin(args), apiOptions)
  const ids = linkIdsOf(positionals)
  const { client } = await openApi(values, world)
  const call = { client, json: values.json, ids }
  const act = async (id: string) => world.say(await tell(id, call))
  return forEach(ids, act, { nameOf: id => id, options: apiOptions, note: world.note })
}
