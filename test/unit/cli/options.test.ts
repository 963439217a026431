import { expect, test } from 'vitest'
import { UsageError } from '../../../cli/command.ts'
import { linkFieldsOf, withOptionalValues } from '../../../cli/links/issue-options.ts'
import { parseWithOperands } from '../../../cli/options.ts'

const options = { json: { type: 'boolean' }, key: { type: 'string' } } as const
const dashed = `-${'A'.repeat(21)}`

test.each<{ args: readonly string[]; positionals: readonly string[]; values?: object }>([
  { args: [], positionals: [] },
  { args: [dashed, 'x'], positionals: [dashed, 'x'] },
  { args: ['x', dashed, 'y'], positionals: ['x', dashed, 'y'] },
  {
    args: [dashed, '--json', 'x', '--key', 'k', dashed],
    positionals: [dashed, 'x', dashed],
    values: { json: true, key: 'k' },
  },
  { args: ['--no-json', dashed, 'x'], positionals: [dashed, 'x'], values: { json: false } },
  { args: ['--', dashed, '--json'], positionals: [dashed, '--json'] },
  { args: [dashed, '--key=k', '--', '-x', dashed], positionals: [dashed, '-x', dashed], values: { key: 'k' } },
])(
  'operands stay in their order, ids that begin with a dash among them: $args',
  ({ args, positionals, values = {} }) => {
    const parsed = parseWithOperands(args, options)
    expect(parsed.positionals).toEqual(positionals)
    expect({ ...parsed.values }).toEqual(values)
  },
)

test('an id is no value of an option before it, and what is no id is an option', () => {
  expect(() => parseWithOperands(['--key', dashed], options)).toThrow(UsageError)
  expect(() => parseWithOperands([`${dashed}A`], options)).toThrow(UsageError)
})

test('--passphrase alone has the API make one, and never takes the next argument, which may be a file', () => {
  expect(withOptionalValues(['--passphrase', 'report.pdf'])).toEqual(['--passphrase=true', 'report.pdf'])
  expect(linkFieldsOf({ plain: true, passphrase: 'true' })).toEqual({ passphrase: true })
  expect(linkFieldsOf({ plain: true, passphrase: 'correct horse', 'max-tries': '3' })).toEqual({
    passphrase: 'correct horse',
    maxTries: 3,
  })
  expect(linkFieldsOf({})).toEqual({ for: 'mail' })
  expect(linkFieldsOf({ for: 'program' })).toEqual({ for: 'program' })
  expect(() => linkFieldsOf({ for: 'mail', plain: true })).toThrow('--plain: got it with --for')
  expect(() => linkFieldsOf({ 'max-tries': '11' })).toThrow('--max-tries: got "11", allowed: 1 to 10')
})
