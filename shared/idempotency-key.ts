/** What an Idempotency-Key header may hold, for error messages. */
export const idempotencyKeyRule = '1 to 255 printable ASCII characters'

/** Reads an Idempotency-Key header, or undefined when it breaks `idempotencyKeyRule`. */
export function parseIdempotencyKey(text: string): string | undefined {
  return /^[\x20-\x7e]{1,255}$/.test(text) ? text : undefined
}
