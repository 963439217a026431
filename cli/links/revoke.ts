import { type Command, exitCodes } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { eachLink } from './for-each-link.ts'
import { apiOptions, apiUsage } from './link-api.ts'

const usage = `once revoke (ID | LINK)... [options]

Revokes links. Once a line reports a link as revoked, it hands out nothing more. If it was used before, and has a receipt,
the line says until when the URL works that it handed out. The id of a LINK is computed here; the nonce in it is sent
nowhere. A link that does not exist, or was used without a receipt, is refused; the others are still revoked.

${apiUsage()}

  once revoke q7pTEDdbZ3y1DvHvGTzYxA
  once list --reference "order 7" --json | jq -r .id | xargs once revoke

${exitCodes}
`

/** `once revoke`: revokes links. */
export const revoke: Command = {
  name: 'revoke',
  summary: 'revoke links',
  usage,
  options: apiOptions,
  run: (args, ports) =>
    eachLink(args, ports, async (id, { client, json }) => {
      const { capabilityEndsAt } = (await client.revoke(id)) ?? {}
      if (json) return JSON.stringify({ id, revoked: true, capabilityEndsAt })
      return `revoked ${id}${capabilityEndsAt === undefined ? '' : `: ${useOf(capabilityEndsAt, ports)}`}`
    }),
}

/** Says of a used link when its capability ends or ended, in RFC 3339, and how to end it before. */
function useOf(capabilityEndsAt: string, { clock }: Ports): string {
  if (Date.parse(capabilityEndsAt) <= clock.now()) return `it was used, and its URL ended at ${capabilityEndsAt}`
  return `it was used, and its URL works until ${capabilityEndsAt}; to end it now, delete the object's version`
}
