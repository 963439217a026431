import { randomFillSync } from 'node:crypto'
import type { Credentials } from '../../shared/aws/sigv4.ts'
import { assert } from '../../shared/errors.ts'

const randomPool = Buffer.alloc(2048)
let randomUsed = randomPool.length

/**
 * Returns `length` unpredictable bytes, each of them once. Throws if `length` is more than 2048. They come from a pool, as
 * those of Node.js's own `randomUUID`: to draw 16 bytes takes OpenSSL as long as all hashes of a link.
 */
export function randomBytes(length: number): Uint8Array {
  assert(length <= randomPool.length, `got ${length} bytes to draw, allowed: ${randomPool.length}`)
  if (randomUsed + length > randomPool.length) {
    randomFillSync(randomPool)
    randomUsed = 0
  }
  const drawn = randomPool.subarray(randomUsed, (randomUsed += length))
  const bytes = Uint8Array.from(drawn)
  drawn.fill(0)
  return bytes
}

/** Where a service is, if not at AWS's own endpoint, and who calls it. */
export interface OwnConfig {
  readonly credentials: Credentials
  readonly endpoint: string | undefined
}

/**
 * Returns the function's own credentials, which Lambda sets for the life of its process, and the endpoint of a service. Its
 * variable is that of the SDKs; only tests set it.
 */
export function ownConfig(service: 'DYNAMODB' | 'EVENTBRIDGE' | 'S3' | 'SECRETS_MANAGER'): OwnConfig {
  const { env } = process
  return {
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      sessionToken: env['AWS_SESSION_TOKEN'],
    },
    endpoint: env[`AWS_ENDPOINT_URL_${service}`],
  }
}
