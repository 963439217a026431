import { createHmac } from 'node:crypto'

/** 132 bits of an HMAC over a list of texts, in 22 base64url characters: as many as a link id has. */
export function keyedHash(key: Parameters<typeof createHmac>[1], parts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
