import { expect, test } from 'vitest'
import { isServablePrefix, patternOf } from '../../../infra/add-to/added-behaviours.ts'
import { outermost } from '../../../shared/callers/issuers.ts'

test.each(['reports/', 'a/b/', '2026~x/', 'A.b_c-d/', `${'x'.repeat(252)}/`])('%s can be served', prefix => {
  expect(isServablePrefix(prefix)).toBe(true)
})

test.each(['', 'reports', '/reports/', '../', 'd/', 'once-pages/', 'two words/', 'a+b/', 'a*/', `${'x'.repeat(253)}/`])(
  '%j can not',
  prefix => {
    expect(isServablePrefix(prefix)).toBe(false)
  },
)

test('a prefix below another needs no behaviour', () => {
  expect(outermost(['reports/2026/', 'reports/', 'exports/', 'reports/', 'report/'])).toEqual([
    'reports/',
    'exports/',
    'report/',
  ])
  expect(patternOf('reports/')).toBe('/reports/*')
})
