import { expect, test } from 'vitest'
import { UsageError } from '../../../cli/command.ts'
import { linkFieldsOf, withOptionalValues } from '../../../cli/links/issue-options.ts'
import { parseSize, parseWithOperands } from '../../../cli/options.ts'

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

test.each([
  ['1', 1],
  ['999', 999],
  ['500kB', 500_000],
  ['50MB', 50_000_000],
  ['50 mb', 50_000_000],
  ['1.005 GB', 1_005_000_000],
  ['2g', 2e9],
  ['0.5TB', 5e11],
  ['17B', 17],
])('a size is bytes, or has a unit of the SI: %s', (text, bytes) => {
  expect(parseSize(text, '--max-bytes')).toBe(bytes)
})

test.each(['', '0', '-1', '1.5', '1.0005kB', '50MiB', '1,5 GB', 'MB', '9007199254740992', '9999999999999999TB', '1e6'])(
  'what is no whole number of bytes is refused: %s',
  text => {
    const message = `--max-bytes: got ${JSON.stringify(text)}, allowed: bytes, or a size such as 500kB, 50MB or 2GB`
    expect(() => parseSize(text, '--max-bytes')).toThrow(new UsageError(message))
  },
)

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
