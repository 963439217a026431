import type { LinkView } from '../../client/client.ts'
import { worksFor } from '../../shared/capability-text.ts'
import { type OptionName, optionNames, options } from '../../shared/options/options.ts'
import { formatSize } from '../../shared/size.ts'
import { type Command, exitCodes } from '../command.ts'
import { table } from '../terminal/text.ts'
import { eachLink } from './for-each-link.ts'
import { apiOptions, apiUsage } from './link-api.ts'

const usage = `once status (ID | LINK)... [options]

Shows links. The id of a LINK is computed here; the nonce in it is sent nowhere. A link used without a receipt no longer
exists, like one never issued.

${apiUsage()}

  once status q7pTEDdbZ3y1DvHvGTzYxA
  once status --local https://files.example.com/d/...
  once status --json ID ID        one line of JSON per link

${exitCodes}
`

/** `once status`: shows links. */
export const status: Command = {
  name: 'status',
  summary: 'show links',
  usage,
  options: apiOptions,
  run: (args, ports) =>
    eachLink(args, ports, async (id, { client, json, ids }) => {
      const view = await client.show(id)
      return json ? JSON.stringify(view) : `${asText(view)}${ids.length > 1 ? '\n' : ''}`
    }),
}

function asText(view: LinkView): string {
  const { id, state, key, size, contentType, issuedAt } = view
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['id', id],
    ['state', state],
    ['key', key],
    ['version', versionOf(view)],
    ['size', size === undefined ? undefined : formatSize(size)],
    ['type', contentType],
    ['issued', issuedAt],
    ...optionsOf(view),
    ['download', worksFor(view)],
    ['delivery', view.delivery?.summary],
    ['receipt', receiptOf(view)],
    ['unredeemed', unredeemedIn(view)],
  ]
  return table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** Returns the rows of the options that the link shows. */
function optionsOf(
  view: Readonly<Partial<Record<OptionName, unknown>>>,
): readonly (readonly [string, string | undefined])[] {
  return optionNames.flatMap(name => {
    const [row, textOf = (text: string) => text] = options[name].words.status ?? []
    return row === undefined || view[name] === undefined ? [] : [[row, textOf(view[name] as never)]]
  })
}

function versionOf({ pinned, versionId }: LinkView): string | undefined {
  return pinned ? versionId : 'none: the link delivers what is under its key when it is opened'
}

function receiptOf({ receipt }: LinkView): string | undefined {
  if (receipt === undefined) return undefined
  if (receipt === null) return 'none yet'
  const { redeemedAt, urlExpiresAt, edgeRegion, viewer, userAgent } = receipt
  return `${redeemedAt} by ${viewer} with ${userAgent}, in ${edgeRegion}; URL expiry ${urlExpiresAt}`
}

function unredeemedIn({ unredeemed }: LinkView): string | undefined {
  if (unredeemed === undefined) return undefined
  const { unconfirmed, automated, probed, refusedAfterUse, lastAt } = unredeemed
  const last = lastAt === undefined ? '' : `, last ${lastAt}`
  return `unconfirmed ${unconfirmed}, automated ${automated}, probed ${probed}, refused after use ${refusedAfterUse}${last}`
}
