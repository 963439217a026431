import type { Ports } from '../../ports/ports.ts'

/** Makes the secret of a client, 32 random bytes as `Once-Client` has them: 43 base64url characters. */
export function randomSecret(random: Ports['random']): string {
  return Buffer.from(random(32)).toString('base64url')
}
