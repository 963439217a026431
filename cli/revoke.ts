import { type Command, exitCodes } from './command.ts'
import { forEach } from './each.ts'
import { apiOptions, apiUsage, apiWords, openApi, withLocalOrigin } from './link-api.ts'
import { linkIdsOf } from './link-name.ts'
import { parseWithOperands } from './options.ts'

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
  words: apiWords,
  async run(args, world) {
    const { values, positionals } = parseWithOperands(withLocalOrigin(args), apiOptions)
    const ids = linkIdsOf(positionals)
    const { client } = await openApi(values, world)
    const withdraw = async (id: string) => {
      await client.revoke(id)
      world.say(values.json ? JSON.stringify({ id, revoked: true }) : `revoked ${id}`)
    }
    return forEach(ids, withdraw, { nameOf: id => id, note: world.note })
  },
}
