import type { ParseArgsOptionsConfig } from 'node:util'
import { ProblemError } from '../../client/client.ts'
import { type LinkId, linkIdOf, parseLinkId } from '../../shared/link.ts'
import { type Nonce, parseNonce } from '../../shared/nonce.ts'
import { type ExitCode, UsageError } from '../command.ts'
import type { CliPorts } from '../ports/ports.ts'
import { refusalOf } from '../terminal/errors.ts'
import { singleLine } from '../terminal/text.ts'

/**
 * Calls `act` for each item in turn. If the API refuses one, reports it, its wrong fields under the names of the command's options, and
 * continues. Returns the highest exit code.
 */
export async function forEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { nameOf, options, info }: { nameOf: (item: T) => string; options: ParseArgsOptionsConfig; info: CliPorts['info'] },
): Promise<ExitCode> {
  let code: ExitCode = 0
  for (const item of items) {
    try {
      await act(item)
    } catch (error) {
      // `run` reports the refusal of a single item in more detail.
      if (!(error instanceof ProblemError) || items.length === 1) throw error
      const [title, ...lines] = refusalOf(error, options)
      info(`${singleLine(nameOf(item))}: ${title}: ${lines.join('; ')}`)
      code = 3
    }
  }
  return code
}

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

/** Returns the nonce at the end of a link, or alone; undefined if it has no nonce. */
export function nonceIn(text: string): Nonce | undefined {
  return parseNonce(/^https?:\/\/[^/?#\s]+\/d\/([^/?#\s]+)$/.exec(text)?.[1] ?? text)
}

function idOfLink(text: string): LinkId | undefined {
  const nonce = nonceIn(text)
  return nonce && linkIdOf(nonce)
}
