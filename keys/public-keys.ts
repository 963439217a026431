import { createHash, createPublicKey } from 'node:crypto'
import type { PublicKey } from './ports.ts'

/** Characters of a public key's name that tell it from others of the deployment: 64 bits of its hash. */
const markLength = 16

/**
 * What a public key is called at CloudFront: the deployment, and a hash of the key. The same key has the same name, so
 * that it can be found again when CloudFront's answer was lost.
 */
export function nameOf(pem: string, deployment: string): string {
  const mark = createHash('sha256').update(derOf(pem)).digest('hex').slice(0, markLength)
  return `${deployment}-${mark}`
}

/** Whether a public key is this deployment's. Exactly so: `once` must not take away the keys of `once-eu`. */
export function isOurs({ name }: PublicKey, deployment: string): boolean {
  const mark = name.slice(deployment.length + 1)
  return name === `${deployment}-${mark}` && mark.length === markLength && /^[0-9a-f]+$/.test(mark)
}

/** Whether two PEM texts are the same key, whatever their line ends. */
export function isSameKey(pem: string, other: string): boolean {
  return derOf(pem).equals(derOf(other))
}

function derOf(pem: string): Buffer {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' })
}
