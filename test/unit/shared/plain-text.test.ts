import { describe, expect, test } from 'vitest'
import { parseMessage, parseReference, parseSender } from '../../../shared/texts/plain-text.ts'

const refused = [
  ['nothing', ''],
  ['only spaces', ' \u3000'],
  ['a null character', 'a\0b'],
  ['an escape', 'a\u001b[2Jb'],
  ['a right-to-left override', 'a\u202egpj.exe'],
  ['a bidirectional isolate', 'a\u2066b\u2069'],
  ['a line separator', 'a\u2028b'],
  ['half of a character', 'a\ud83d'],
  ['only joiners', '\u200d\ufe0f'],
  ['a zero width space', 'a\u200bb'],
  ['a soft hyphen', 'a\u00adb'],
  ['a Hangul filler', 'a\u3164b'],
  ['a tag', 'a\u{e0041}b'],
  ['a blank of Braille', 'a\u2800b'],
] as const

describe.each([
  ['sender', parseSender, 60],
  ['reference', parseReference, 200],
  ['message', parseMessage, 500],
] as const)('a %s', (_, parse, max) => {
  test.each(refused)('can not have %s', (...[, text]) => {
    expect(parse(text)).toBeUndefined()
  })

  test(`has at most ${max} characters, also of four bytes`, () => {
    expect(parse('👩'.repeat(max))).toBe('👩'.repeat(max))
    expect(parse('👩'.repeat(max + 1))).toBeUndefined()
  })

  test('may be in any script, and may be markup, which pages show as text', () => {
    for (const text of ['Dr. Müller', 'דוח', 'می‌خواهم', '👩‍⚕️', 'क्‍ष', '<b>"&\'</b>', 'e\u0301'])
      expect(parse(text)).toBe(text)
  })
})

test('a sender is on one line, a message on several', () => {
  for (const text of ['a\nb', 'a\r\nb']) {
    expect(parseSender(text)).toBeUndefined()
    expect(parseMessage(text)).toBe('a\nb')
  }
  expect(parseMessage('a\rb')).toBeUndefined()
  expect(parseMessage('\n')).toBeUndefined()
})
