import { expect, test } from 'vitest'
import { durationText, worksFor } from '../../../shared/texts/capability-text.ts'
import { binds } from '../../../shared/link.ts'

test.each([
  [0, '0 s'],
  [1, '1 s'],
  [59, '59 s'],
  [60, '1 min'],
  [400, '6 min 40 s'],
  [3600, '1 h'],
  [3605, '1 h'],
  [86_399, '23 h 59 min'],
  [86_400, '1 d'],
  [604_799, '6 d 23 h'],
])('%i seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test('each binding is said in words of its own', () => {
  const texts = binds.map(bind => worksFor({ urlSeconds: 15_600, bind }))
  expect(new Set(texts).size).toBe(binds.length)
  for (const text of texts) expect(text).toMatch(/^works for 4 h 20 min from the moment it is opened, bound to \w/)
})
