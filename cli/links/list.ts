import type { ParseArgsOptionsConfig } from 'node:util'
import type { LinkView } from '../../client/client.ts'
import { triesText } from '../../shared/options/passphrase.ts'
import { viewStates } from '../../shared/schemas/link-view.ts'
import { formatSize } from '../../shared/texts/size.ts'
import { type Command, exitCodes, UsageError } from '../command.ts'
import { oneOf, parseWithOperands, wholeNumber } from '../options.ts'
import type { CliPorts } from '../ports/ports.ts'
import { table } from '../terminal/text.ts'
import { type ApiFinder, apiOptions, apiUsage, offeredBy, openApi, withLocalOrigin } from './link-api.ts'

/** Maximum of `--limit`: 1000 requests, and a table that is kept in memory until it is complete. */
const maxLinks = 100_000

/** Links per response of the API, at most (docs/openapi.json, GET /links). */
const pageSize = 100

const listOptions = {
  state: { type: 'string' },
  reference: { type: 'string' },
  limit: { type: 'string', default: '50' },
  ...apiOptions,
} as const satisfies ParseArgsOptionsConfig

const usageOf = <P extends CliPorts>(
  finder: ApiFinder<P>,
) => `once list [--state STATE] [--reference TEXT] [--limit N] [options]

Lists links: with --reference the newest first, otherwise in no order. A link used without a receipt no longer exists.

  --state STATE     only links in this state: ${viewStates.join(', ')}
  --reference TEXT  only links with this reference
  --limit N         list at most N links, 1 to ${maxLinks} (default 50)
${apiUsage(finder, { column: 20 })}

  once list --state live
  once list --reference "order 7" --json      one line of JSON per link
  once list --local --limit 1000

${exitCodes}
`

/** `once list`: lists links, by state and reference. */
export const list = <P extends CliPorts>(finder: ApiFinder<P>): Command<P> => ({
  name: 'list',
  summary: 'list links, by state and reference',
  usage: usageOf(finder),
  options: offeredBy(finder, listOptions),
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(withLocalOrigin(args), offeredBy(finder, listOptions))
    if (positionals.length > 0) throw new UsageError(`got ${positionals.length} operands, allowed: none`)
    const { json, reference } = values
    const state = values.state === undefined ? undefined : oneOf(values.state, '--state', viewStates)
    const limit = wholeNumber(values.limit, { option: '--limit', min: 1, max: maxLinks })
    const { client } = await openApi(finder, values, ports)
    const rows: (readonly string[])[] = []
    const query = { ...(reference !== undefined && { reference }), ...(state && { state }) }
    let count = 0
    for await (const link of client.list({ ...query, pageSize: Math.min(limit + 1, pageSize) })) {
      count += 1
      if (count > limit) break
      if (json) ports.print(JSON.stringify(link))
      else rows.push(rowOf(link))
    }
    if (rows.length > 0) ports.print(table([columns, ...rows]))
    if (count > limit) ports.info(`there are more than ${limit} links: raise --limit to list more`)
    if (count === 0) ports.info('no links')
    return 0
  },
})

const columns = ['id', 'state', 'expires', 'size', 'pinned', 'passphrase', 'key', 'reference']

function rowOf({ id, state, expiresAt, size, pinned, passphrase, key, reference = '' }: LinkView): readonly string[] {
  const sizeText = size === undefined ? '' : formatSize(size)
  return [
    id,
    state,
    expiresAt,
    sizeText,
    pinned ? 'yes' : 'no',
    passphrase ? triesText(passphrase) : '',
    key,
    reference,
  ]
}
