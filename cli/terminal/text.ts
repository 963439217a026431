/**
 * What a terminal would obey and not show: controls but for line feed and tab (ECMA-48), and what turns the order of
 * letters around (Unicode, UAX #9).
 */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The same, and all that begins another line or column. */
const obeyedOrBreaking = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Text whose lines are ours, safe for a terminal: what it would obey is spelled as in JSON, which so stays the same JSON. */
export function visible(text: string): string {
  return text.replace(obeyed, mark => (mark === '\n' || mark === '\t' ? mark : escaped(mark)))
}

/** Text of somebody else, safe for a terminal and in one line: it can't look like a line of ours. */
export function inOneLine(text: string): string {
  return text.replace(obeyedOrBreaking, escaped)
}

/** Text of somebody else as part of the name of a file: nothing in it is obeyed where the name is shown. */
export function withoutInvisible(name: string): string {
  return name.replace(obeyedOrBreaking, '_')
}

function escaped(mark: string): string {
  return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
}
