import { expect, test } from 'vitest'
import { covers } from '../../../../cli/deployment/deploy/preflight.ts'

test.each([
  ['files.example.com', 'files.example.com', true],
  ['*.example.com', 'files.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'a.files.example.com', false],
  ['example.com', 'files.example.com', false],
])('a certificate of %s covers %s: %s', (name, host, expected) => {
  expect(covers(name, host)).toBe(expected)
})
