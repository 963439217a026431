import { takesFile } from '../../client/arguments.ts'
import type { Client, LinkView } from '../../client/client.ts'
import { type Command, exitCodes } from '../command.ts'
import { parseWithOperands } from '../options.ts'
import type { CliPorts } from '../ports/ports.ts'
import { createCheckMeter } from '../terminal/meter.ts'
import { table } from '../terminal/text.ts'
import { type ApiFinder, apiOptions, apiUsage, offeredBy, openApi, withLocalOrigin } from './link-api.ts'
import { textOf } from './issue.ts'
import { forEach, linkIdsOf, nonceIn } from './operands.ts'
import { uploadTime, worksFor } from '../../shared/texts/capability-text.ts'
import { type OptionName, optionNames, options } from '../../shared/options/options.ts'
import { formatSize } from '../../shared/texts/size.ts'

/** The parsed command line of a command on existing links. */
interface Call extends Pick<CliPorts, 'clock' | 'info' | 'progress'> {
  readonly client: Client
  readonly json: boolean
  /** The ids of all links on the command line. */
  readonly ids: readonly string[]
}

/** What a command does with each link of its command line. */
interface OnEachLink extends Pick<Command, 'name' | 'summary'> {
  /** Returns what `--help` prints around the options that find the API. */
  usage(options: string): string
  /** Calls the API, and returns what to print. */
  act(id: string, call: Call): Promise<string>
}

function commandOn({ act, name, summary, usage }: OnEachLink) {
  return <P extends CliPorts>(finder: ApiFinder<P>): Command<P> => {
    const options = offeredBy(finder, apiOptions)
    return {
      name,
      summary,
      usage: usage(apiUsage(finder)),
      options,
      async run(args, ports) {
        const { values, positionals } = parseWithOperands(withLocalOrigin(args), options)
        const ids = linkIdsOf(positionals)
        const { client } = await openApi(finder, values, ports)
        const call = { ...ports, client, json: values.json, ids }
        const print = async (id: string) => ports.print(await act(id, call))
        return forEach(ids, print, { nameOf: id => id, options, info: ports.info })
      },
    }
  }
}

const statusUsage = (options: string) => `once status (ID | LINK)... [options]

Shows links. The id of a LINK is computed here; the nonce in it is sent nowhere. A link used without a receipt no longer
exists, like one never issued.

${options}

  once status q7pTEDdbZ3y1DvHvGTzYxA
  once status --local https://files.example.com/d/...
  once status --json ID ID        one line of JSON per link

${exitCodes}
`

/** `once status`: shows links. */
export const status = commandOn({
  name: 'status',
  summary: 'show links',
  usage: statusUsage,
  async act(id, { client, json, ids }) {
    const view = await client.show(id)
    return json ? JSON.stringify(view) : `${asText(view)}${ids.length > 1 ? '\n' : ''}`
  },
})

function asText(view: LinkView): string {
  const { id, state, replacedBy, key, size, contentType, issuedAt, requested } = view
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['id', id],
    ['state', replacedBy === undefined ? state : `${state}: replaced by ${replacedBy}`],
    ['key', key],
    ['version', versionOf(view)],
    ['size', size === undefined ? undefined : formatSize(size)],
    ['type', contentType],
    ['issued', issuedAt],
    ...optionsOf(view),
    view.upload === undefined ? ['download', worksFor(view)] : ['upload', uploadTime(view)],
    ['delivery', view.delivery?.summary],
    ...receiptsOf(view),
    ['received', receivedIn(view)],
    ['unredeemed', unredeemedIn(view)],
    ['requested', requested && `a new link, ${requested.count} of at most 3 times, last ${requested.lastAt}`],
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

function versionOf({ pinned, versionId, upload }: LinkView): string | undefined {
  if (upload !== undefined) return undefined
  return pinned ? versionId : 'none: the link delivers what is under its key when it is opened'
}

/** Returns the row of the receipt, or of each of several uses. */
function receiptsOf({ receipt, uses }: LinkView): readonly (readonly [string, string | undefined])[] {
  if (uses === undefined) return [['receipt', receipt === null ? 'none yet' : receipt && receiptText(receipt)]]
  return uses.taken.map(({ delivery, ...use }) => [
    'use',
    [receiptText(use), delivery?.summary].filter(Boolean).join('; '),
  ])
}

function receiptText({
  redeemedAt,
  urlExpiresAt,
  edgeRegion,
  viewer,
  userAgent,
}: NonNullable<LinkView['receipt']>): string {
  return `${redeemedAt} by ${viewer} with ${userAgent}, in ${edgeRegion}; URL expiry ${urlExpiresAt}`
}

/** Says what arrived by a link that takes a file; undefined of others, and before it is used. */
function receivedIn({ received }: LinkView): string | undefined {
  if (received === undefined) return undefined
  const { state, filename, size, contentType, at, key } = received
  const facts = [filename, size === undefined ? undefined : formatSize(size), contentType, at, key]
  return [receivedTexts[state], ...facts].filter(fact => fact !== undefined).join(', ')
}

const receivedTexts = {
  none: 'no file so far',
  received: 'one file',
  unchecked: 'one file, whose scan has no result yet',
  refused: 'one file, to which its scan allows no link',
  unknown: 'not known: S3 did not respond',
} as const

function unredeemedIn({ unredeemed }: LinkView): string | undefined {
  if (unredeemed === undefined) return undefined
  const { unconfirmed, automated, probed, refusedAfterUse, lastAt } = unredeemed
  const last = lastAt === undefined ? '' : `, last ${lastAt}`
  return `unconfirmed ${unconfirmed}, automated ${automated}, probed ${probed}, refused after use ${refusedAfterUse}${last}`
}

const revokeUsage = (options: string) => `once revoke (ID | LINK)... [options]

Revokes links. Once a line reports a link as revoked, it hands out nothing more. If it was used before, and has a receipt,
the line says until when the URL works that it handed out. The id of a LINK is computed here; the nonce in it is sent
nowhere. A link that does not exist, or was used without a receipt, is refused; the others are still revoked.

${options}

  once revoke q7pTEDdbZ3y1DvHvGTzYxA
  once list --reference "order 7" --json | jq -r .id | xargs once revoke

${exitCodes}
`

/** `once revoke`: revokes links. */
export const revoke = commandOn({
  name: 'revoke',
  summary: 'revoke links',
  usage: revokeUsage,
  async act(id, { client, json, clock }) {
    const { capabilityEndsAt } = (await client.revoke(id)) ?? {}
    if (json) return JSON.stringify({ id, revoked: true, capabilityEndsAt })
    return `revoked ${id}${capabilityEndsAt === undefined ? '' : `: ${useOf(capabilityEndsAt, clock)}`}`
  },
})

/** Says of a used link when its capability ends or ended, in RFC 3339, and how to end it before. */
function useOf(capabilityEndsAt: string, clock: CliPorts['clock']): string {
  if (Date.parse(capabilityEndsAt) <= clock.now()) return `it was used, and its URL ended at ${capabilityEndsAt}`
  return `it was used, and its URL works until ${capabilityEndsAt}; to end it now, delete the object's version`
}

const replaceUsage = (options: string) => `once replace (ID | LINK)... [options]

Ends links and issues others in place of them, with the same options, for the same versions. Prints the new links as once issue
does, with a passphrase if the link had one. A link may be lost, expired or locked, or used with a receipt once its URL has ended.
The new link works as long as the first did. A link can't be extended.

${options}

  once replace q7pTEDdbZ3y1DvHvGTzYxA
  once list --reference "order 7" --state expired --json | jq -r .id | xargs once replace

${exitCodes}
`

/** `once replace`: issues links in place of others. */
export const replace = commandOn({
  name: 'replace',
  summary: 'issue links in place of lost ones',
  usage: replaceUsage,
  async act(id, { client, json, info, progress }) {
    const { onCheck, clear } = createCheckMeter(id, { info, progress })
    const link = await client.replace(id, { onCheck }).finally(clear)
    const terms = takesFile(nonceIn(link.url) ?? '') ? uploadTime(link) : worksFor(link)
    info(`${id}: replaced by ${link.id}, expires ${link.expiresAt}, ${terms}`)
    return json ? JSON.stringify({ replaced: id, ...link }) : textOf(link)
  },
})
