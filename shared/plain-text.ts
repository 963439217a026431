/** Longest sender and message, in code points, which JSON Schema and so the API's documents count. */
export const maxText = { sender: 60, message: 500 } as const

/** What `parseSender` accepts, for error messages. */
export const senderRule = `1 to ${maxText.sender} characters on one line, not all of them spaces, without control or bidirectional control characters`

/** What `parseMessage` accepts, for error messages. */
export const messageRule = `1 to ${maxText.message} characters, not all of them white space, without control or bidirectional control characters; line breaks are allowed`

/** Bidirectional controls make text look like other text; some programs end a line at U+2028 and U+2029. */
const forbidden = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u

/** Parses the name that a page shows as the sender of a file. Returns undefined if it breaks `senderRule`. */
export function parseSender(text: string): string | undefined {
  return isPlain(text, maxText.sender) && !forbidden.test(text) ? text : undefined
}

/** Parses the message of a link, with `\n` for each line break. Returns undefined if it breaks `messageRule`. */
export function parseMessage(text: string): string | undefined {
  const message = text.replaceAll('\r\n', '\n')
  return isPlain(message, maxText.message) && !forbidden.test(message.replaceAll('\n', '')) ? message : undefined
}

function isPlain(text: string, max: number): boolean {
  return text.isWellFormed() && text.trim() !== '' && Array.from(text).length <= max
}
