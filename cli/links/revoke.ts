import { type Command, exitCodes } from '../command.ts'
import { eachLink } from './for-each-link.ts'
import { apiOptions, apiUsage } from './link-api.ts'

const usage = `once revoke (ID | LINK)... [options]

Withdraws links: once a line says so, nobody can use that one. Of a LINK the id is computed here: the secret in it is sent
nowhere. What was used before, or never was, is refused; the others are withdrawn all the same.

${apiUsage()}

  once revoke q7pTEDdbZ3y1DvHvGTzYxA
  once list --reference "order 7" --json | jq -r .id | xargs once revoke

${exitCodes}
`

/** `once revoke`: withdraws links. */
export const revoke: Command = {
  name: 'revoke',
  summary: 'withdraw links that nobody has used',
  usage,
  options: apiOptions,
  run: (args, ports) =>
    eachLink(args, ports, async (id, { client, json }) => {
      await client.revoke(id)
      return json ? JSON.stringify({ id, revoked: true }) : `revoked ${id}`
    }),
}
