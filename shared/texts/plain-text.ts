/** Longest texts of an issuer, in code points, which JSON Schema and so the API's documents count. */
export const maxText = { sender: 60, message: 500, reference: 200 } as const

const visibleRule =
  'without control, bidirectional control or invisible characters; joiners (U+200C, U+200D) and variation selectors are allowed'

/** What `parseSender` accepts, for error messages. */
export const senderRule = `1 to ${maxText.sender} characters on one line, not all of them spaces, ${visibleRule}`

/** What `parseReference` accepts, for error messages. */
export const referenceRule = `1 to ${maxText.reference} characters on one line, not all of them spaces, ${visibleRule}`

/** What `parseMessage` accepts, for error messages. */
export const messageRule = `1 to ${maxText.message} characters, not all of them white space, ${visibleRule}, and so are line breaks`

/**
 * Bidirectional controls and characters that nothing shows make text look like other text; some programs end a line at U+2028 and
 * U+2029. Emoji, Persian and Indic scripts need joiners and variation selectors. A blank of Braille looks like a space.
 */
const forbidden = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u2800]|(?![\u200c\u200d\p{VS}])\p{DI}/u

/** Parses the name that a page shows as the sender of a file. Returns undefined if it breaks `senderRule`. */
export function parseSender(text: string): string | undefined {
  return isPlain(text, maxText.sender) && !forbidden.test(text) ? text : undefined
}

/** Parses an issuer's own name for a link. Returns undefined if it breaks `referenceRule`. */
export function parseReference(text: string): string | undefined {
  return isPlain(text, maxText.reference) && !forbidden.test(text) ? text : undefined
}

/** Parses the message of a link, with `\n` for each line break. Returns undefined if it breaks `messageRule`. */
export function parseMessage(text: string): string | undefined {
  const message = text.replaceAll('\r\n', '\n')
  return isPlain(message, maxText.message) && !forbidden.test(message.replaceAll('\n', '')) ? message : undefined
}

function isPlain(text: string, max: number): boolean {
  return text.isWellFormed() && /[^\s\p{DI}]/u.test(text) && Array.from(text).length <= max
}
