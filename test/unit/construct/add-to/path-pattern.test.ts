import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkPaths, overlap, pathsOf } from '../../../../infra/add-to/path-pattern.ts'

const nonce = 'A'.repeat(43)

test.each([
  ['*.pdf', 'reports/*', true],
  ['/*.pdf', '/reports/*', true],
  ['/Reports/*', '/reports/*', false],
  ['/report?/*', '/reports/*', true],
  ['/reports/', '/reports/*', true],
  ['*', '/reports/*', true],
])('the patterns %s and %s: a path is in both: %s', (one, other, expected) => {
  expect(overlap(pathsOf(one), pathsOf(other))).toBe(expected)
  expect(overlap(pathsOf(other), pathsOf(one))).toBe(expected)
})

test.each([
  ['/d/*', true],
  ['*', true],
  [`/d/${nonce}`, true],
  ['/d/A*', true],
  ['/d*', true],
  ['/D/*', false],
  ['/d/*/*', false],
  [`/d/${nonce}A`, false],
  ['/downloads/*', false],
])('a pattern %s matches a link: %s', (pattern, expected) => {
  expect(overlap(pathsOf(pattern), linkPaths)).toBe(expected)
})

test('two patterns overlap exactly if some path of few characters is in both', () => {
  const text = (length: number) => fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: length })
  // Two patterns of at most four parts that overlap have a path in common of at most eight characters.
  const paths = everyText('ab', 8).map(path => `/${path}`)
  const matches = (pattern: string, path: string) =>
    new RegExp(`^/${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path)
  fc.assert(
    fc.property(text(4), text(4), (one, other) => {
      const some = paths.some(path => matches(one, path) && matches(other, path))
      expect(overlap(pathsOf(`/${one}`), pathsOf(`/${other}`))).toBe(some)
    }),
    { numRuns: 300 },
  )
})

/** Returns all texts of these characters, up to a length. */
function everyText(characters: string, length: number): readonly string[] {
  if (length === 0) return ['']
  const shorter = everyText(characters, length - 1)
  const longest = shorter.filter(text => text.length === length - 1)
  return [...shorter, ...longest.flatMap(text => Array.from(characters, character => text + character))]
}
