import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { partText, replacePart } from '../../../bench/page.ts'

const page = readFileSync(join(import.meta.dirname, '../../../bench/results.md'), 'utf8')
const [beforeEdge = '', edgeAndAfter = ''] = page.split('<!-- edge: begin -->')

test('a run rewrites its part of the page of results, and leaves the other as it is', () => {
  const written = replacePart(page, 'edge', partText('edge', 'New figures.'))
  expect(written.startsWith(beforeEdge)).toBe(true)
  expect(written).toContain('## At the edge')
  expect(written).toMatch(/New figures\.\n\n<!-- edge: end -->\n$/)
  const both = replacePart(written, 'core', 'Other figures.')
  expect(both).toContain('<!-- core: begin -->\n\nOther figures.\n\n<!-- core: end -->')
  expect(both.split('<!-- edge: begin -->')[1]).toBe(written.split('<!-- edge: begin -->')[1])
  expect(replacePart(page, 'core', 'x').endsWith(edgeAndAfter)).toBe(true)
})

test('the same run twice gives the same page', () => {
  const once = replacePart(page, 'edge', 'Figures.')
  expect(replacePart(once, 'edge', 'Figures.')).toBe(once)
})

test('a page without the marks is not written', () => {
  expect(() => replacePart('# Results', 'edge', 'x')).toThrow('<!-- edge: begin --> and <!-- edge: end -->')
})
