import { isDeepStrictEqual } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { brokenCopy, removeCopy } from '../../../broken/copy.ts'
import { documented } from './documented.ts'
import { loadCloudFront } from './probes.ts'
import { removals } from './removals.ts'

/** What the emulator's CloudFront imports. */
const folders = ['emulator', 'error-pages', 'edge', 'shared']

const cloudfront = await loadCloudFront()
const lines = documented.flatMap(page => page.lines)
const tried = lines.filter(line => 'try' in line)

describe.each(documented)("CloudFront's page $page:", page => {
  test.each(page.lines)('$says', async line => {
    if ('differs' in line) expect(line.differs).toMatch(/\.$/)
    else expect(await line.try(cloudfront)).toEqual(line.gives)
  })
})

test.each(removals)('without the rule that $rule, its line fails', async ({ rule, patch, noticed }) => {
  const line = tried.find(({ says }) => says.startsWith(noticed))
  const root = await brokenCopy(rule, [patch], folders)
  try {
    const result = await line?.try(await loadCloudFront(root))
    expect(line).toBeDefined()
    expect(isDeepStrictEqual(result, line?.gives)).toBe(false)
  } finally {
    await removeCopy(root)
  }
})

afterAll(() => {
  console.log(
    `CloudFront as documented: ${documented.length} pages, ${tried.length} lines tried, ${lines.length - tried.length} not emulated`,
  )
})
