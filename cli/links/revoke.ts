import { type Command, exitCodes } from '../command.ts'
import { eachLink } from './for-each-link.ts'
import { apiOptions, apiUsage } from './link-api.ts'

const usage = `once revoke (ID | LINK)... [options]

Revokes links. Once a line reports a link as revoked, it can't be used. The id of a LINK is computed here; the nonce in it
is sent nowhere. A link that was used or does not exist is refused; the others are still revoked.

${apiUsage()}

  once revoke q7pTEDdbZ3y1DvHvGTzYxA
  once list --reference "order 7" --json | jq -r .id | xargs once revoke

${exitCodes}
`

/** `once revoke`: revokes links. */
export const revoke: Command = {
  name: 'revoke',
  summary: 'revoke unused links',
  usage,
  options: apiOptions,
  run: (args, ports) =>
    eachLink(args, ports, async (id, { client, json }) => {
      await client.revoke(id)
      return json ? JSON.stringify({ id, revoked: true }) : `revoked ${id}`
    }),
}
