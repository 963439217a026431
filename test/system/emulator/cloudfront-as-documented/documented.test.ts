import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { brokenCopy, removeCopy } from '../../../broken/copy.ts'
import { documented, type Difference, type DocumentedLine } from './documented.ts'
import { loadCloudFront } from './probes.ts'
import { removals } from './removals.ts'

/** What the emulator's CloudFront imports. */
const folders = ['emulator', 'console', 'error-pages', 'edge', 'shared']

const cloudfront = await loadCloudFront()
const isTried = (line: DocumentedLine | Difference): line is DocumentedLine => 'try' in line
const pages = documented.map(({ page, lines }) => ({ page, tried: lines.filter(isTried), all: lines.length }))
const tried = pages.flatMap(page => page.tried)

describe.each(pages.filter(page => page.tried.length > 0))("CloudFront's page $page:", page => {
  test.each(page.tried)('$says', async line => {
    expect(await line.try(cloudfront)).toEqual(line.gives)
  })
})

test.each(removals)('without the rule that $rule, its line fails', async ({ rule, patch, noticed }) => {
  const [line, ...others] = tried.filter(({ says }) => says.startsWith(noticed))
  expect(line).toBeDefined()
  expect(others).toEqual([])
  const root = await brokenCopy(rule, [patch], folders)
  onTestFinished(() => removeCopy(root))
  expect(await line?.try(await loadCloudFront(root))).not.toEqual(line?.gives)
})

afterAll(() => {
  const differences = pages.reduce((sum, page) => sum + page.all - page.tried.length, 0)
  console.log(
    `CloudFront as documented: ${pages.length} pages, ${tried.length} lines tried, ${differences} not emulated`,
  )
})
