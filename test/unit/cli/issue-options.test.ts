import { expect, test } from 'vitest'
import { linkFieldsOf, withOptionalValues } from '../../../cli/links/issue-options.ts'

test('--passphrase alone has the API make one, and never takes the next argument, which may be a file', () => {
  expect(withOptionalValues(['--passphrase', 'report.pdf'])).toEqual(['--passphrase=true', 'report.pdf'])
  expect(linkFieldsOf({ passphrase: 'true' })).toEqual({ passphrase: true })
  expect(linkFieldsOf({ passphrase: 'correct horse', 'max-tries': '3' })).toEqual({
    passphrase: 'correct horse',
    maxTries: 3,
  })
  expect(() => linkFieldsOf({ 'max-tries': '11' })).toThrow('--max-tries: got "11", allowed: 1 to 10')
})
