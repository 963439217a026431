import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Credentials } from '../../shared/aws/sigv4.ts'
import { assert } from '../../shared/errors.ts'
import type { Clock, EpochMs } from '../../shared/time.ts'

const standardOutput = 1

/**
 * Writes a line, if there is one, to standard output, which Lambda collects. Not by `console.log`: Lambda prefixes its text, so the line would
 * not be JSON and its metrics would be lost. Never throws: if the line can't be written, it is lost, because the link is
 * issued or exchanged by then and the response must reach the caller.
 */
export function printLine(line: string | undefined): void {
  if (line === undefined) return
  try {
    writeSync(standardOutput, `${line}\n`)
  } catch {
    // There is no other place to report it.
  }
}

/** Clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs, pause: ms => pause(ms) }

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
