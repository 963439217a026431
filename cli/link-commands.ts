import type { Command } from './command.ts'
import { openConsole } from './console/console.ts'
import { ask } from './links/ask.ts'
import type { ApiFinder } from './links/link-api.ts'
import { issue } from './links/issue.ts'
import { list } from './links/list.ts'
import { redeem } from './links/redeem.ts'
import { replace, revoke, status } from './links/existing-links.ts'
import type { CliPorts } from './ports/ports.ts'

/** Returns the commands on links, in the order in which help lists them. */
export function linkCommands<P extends CliPorts>(finder: ApiFinder<P>): readonly Command<P>[] {
  const ofExisting = [status(finder), list(finder), revoke(finder), replace(finder)]
  return [issue(finder), ask(finder), ...ofExisting, redeem, openConsole(finder)]
}
