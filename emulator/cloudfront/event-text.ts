import { isUtf8 } from 'node:buffer'
import { isDisallowed } from './quotas.ts'

// How CloudFront shows a request to functions of both kinds (AWS, "Restrictions on all edge functions").

/** Returns text as functions see it, from Node.js's one character a byte: as UTF-8, if the bytes are, else as ISO-8859-1. */
export function receivedText(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : text
}

/** Returns a function's text as Node.js sends it as UTF-8: one character a byte. */
export function sentText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Returns the headers of a request, from Node.js's `rawHeaders`, without those that functions don't see. */
export function headerPairs(
  rawHeaders: readonly string[],
): readonly { readonly key: string; readonly value: string }[] {
  return rawHeaders
    .flatMap((key, index) =>
      index % 2 === 0 ? [{ key: receivedText(key), value: receivedText(rawHeaders[index + 1] ?? '') }] : [],
    )
    .filter(({ key }) => !isDisallowed(key.toLowerCase()))
}
