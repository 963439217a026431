import { createHash } from 'node:crypto'

/**
 * The id of the version that takes the place of another outside of a rotation: always the same for that one. Of two that
 * are put at once Secrets Manager takes the first, and refuses the second as one more text for the same version.
 */
export function successorOf(version: string): string {
  return createHash('sha256').update(`after ${version}`).digest('hex').slice(0, 32)
}
