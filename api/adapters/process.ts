import { randomFillSync } from 'node:crypto'
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
