import type { PublicKey } from './ports/aws-resources.ts'

/**
 * Whether a public key at CloudFront is this deployment's: named after it and 64 bits of the key's hash, in hexadecimal.
 * Exactly so: `once` has no say in the keys of `once-eu`.
 */
export function isOurKey({ name }: Pick<PublicKey, 'name'>, deployment: string): boolean {
  return name.startsWith(`${deployment}-`) && /^[0-9a-f]{16}$/.test(name.slice(deployment.length + 1))
}
