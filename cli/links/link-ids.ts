import { type LinkId, linkIdOf, parseLinkId } from '../../shared/link.ts'
import { type Nonce, parseNonce } from '../../shared/nonce.ts'
import { UsageError } from '../command.ts'

/**
 * The ids of links, given as such or as the links themselves: then they are computed here, and the secret goes nowhere.
 * Throws a `UsageError` that repeats nothing of what may be a secret.
 */
export function linkIdsOf(operands: readonly string[]): readonly LinkId[] {
  if (operands.length === 0) throw new UsageError('got nothing, allowed: ID or LINK, one or more')
  return operands.map((operand, index) => {
    const id = parseLinkId(operand) ?? idOfLink(operand)
    if (id !== undefined) return id
    const got = `${index + 1}. operand: got ${operand.length} characters`
    throw new UsageError(
      `${got}, allowed: an id of 22 characters, or a whole link, which ends in 43 characters behind /d/`,
    )
  })
}

/** The nonce at the end of a link, or alone; undefined when there is none. */
export function nonceIn(text: string): Nonce | undefined {
  return parseNonce(/^https?:\/\/[^/?#\s]+\/d\/([^/?#\s]+)$/.exec(text)?.[1] ?? text)
}

function idOfLink(text: string): LinkId | undefined {
  const nonce = nonceIn(text)
  return nonce && linkIdOf(nonce)
}
