import { type LinkId, linkIdOf, parseLinkId } from '../../shared/link.ts'
import { type Nonce, parseNonce } from '../../shared/nonce.ts'
import { UsageError } from '../command.ts'

/**
 * Returns the ids of links, given as ids or as links. The id of a link is computed here, so its nonce is sent nowhere. Throws a
 * `UsageError` that doesn't repeat the operand, which may be a secret.
 */
export function linkIdsOf(operands: readonly string[]): readonly LinkId[] {
  if (operands.length === 0) throw new UsageError('ID: got nothing, allowed: one or more ids or links')
  return operands.map((operand, index) => {
    const id = parseLinkId(operand) ?? idOfLink(operand)
    if (id !== undefined) return id
    const got = `operand ${index + 1}: got ${operand.length} characters`
    throw new UsageError(
      `${got}, allowed: an id of 22 characters, or a whole link, which ends in /d/ and 43 characters`,
    )
  })
}

/** Returns the nonce at the end of a link, or alone; undefined if there is none. */
export function nonceIn(text: string): Nonce | undefined {
  return parseNonce(/^https?:\/\/[^/?#\s]+\/d\/([^/?#\s]+)$/.exec(text)?.[1] ?? text)
}

function idOfLink(text: string): LinkId | undefined {
  const nonce = nonceIn(text)
  return nonce && linkIdOf(nonce)
}
