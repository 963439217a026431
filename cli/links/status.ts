import type { LinkView } from '../../client/client.ts'
import { type Command, exitCodes } from '../command.ts'
import { table } from '../terminal/text.ts'
import { eachLink } from './for-each-link.ts'
import { apiOptions, apiUsage } from './link-api.ts'

const usage = `once status (ID | LINK)... [options]

Shows what has become of links. Of a LINK the id is computed here: the secret in it is sent nowhere. A link that was used
without a receipt is gone, as one that never was.

${apiUsage()}

  once status q7pTEDdbZ3y1DvHvGTzYxA
  once status --local https://files.example.com/d/...
  once status --json ID ID        one line of JSON for each

${exitCodes}
`

/** `once status`: what has become of links. */
export const status: Command = {
  name: 'status',
  summary: 'show what has become of links',
  usage,
  options: apiOptions,
  run: (args, ports) =>
    eachLink(args, ports, async (id, { client, json, ids }) => {
      const view = await client.show(id)
      return json ? JSON.stringify(view) : `${asText(view)}${ids.length > 1 ? '\n' : ''}`
    }),
}

function asText(view: LinkView): string {
  const { id, state, key, homeRegion, issuedAt, expiresAt, notBefore, reference, confirm, media } = view
  const { network, bind, urlSeconds } = view
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['id', id],
    ['state', state],
    ['key', key],
    ['reference', reference],
    ['home', homeRegion],
    ['issued', issuedAt],
    ['not before', notBefore],
    ['expires', expiresAt],
    ['url', `${urlSeconds} seconds, bound to ${bind === 'none' ? 'no address' : `the address (${bind})`}`],
    ['network', network],
    ['confirm', confirm ? 'the viewer is shown a page first' : undefined],
    ['media', media === false ? undefined : media],
    ['receipt', receiptOf(view)],
    ['unredeemed', unredeemedIn(view)],
  ]
  return table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function receiptOf({ receipt }: LinkView): string | undefined {
  if (receipt === undefined) return undefined
  if (receipt === null) return 'none yet'
  const { redeemedAt, urlExpiresAt, edgeRegion, viewer, userAgent } = receipt
  return `${redeemedAt} by ${viewer} with ${userAgent}, in ${edgeRegion}; its URL ended or ends ${urlExpiresAt}`
}

function unredeemedIn({ unredeemed }: LinkView): string | undefined {
  if (unredeemed === undefined) return undefined
  const { unconfirmed, automated, probed, lastAt } = unredeemed
  const last = lastAt === undefined ? '' : `, last ${lastAt}`
  return `unconfirmed ${unconfirmed}, automated ${automated}, probed ${probed}${last}`
}
