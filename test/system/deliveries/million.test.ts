import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Records in one object; `RECORDS=1000000` is the full figure. Memory does not depend on it. */
const records = Number(process.env['RECORDS'] ?? 40_000)
const main = join(import.meta.dirname, '../../support/deliveries/million-main.ts')

test.each([
  ['many links', records / 4],
  ['one link', 1],
])('an object with very many records is folded within 128 MB: %s', (_, links) => {
  const args = ['--max-old-space-size=64', '--max-semi-space-size=1', main, String(records), String(links)]
  const result = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Record<string, number>
  console.info(JSON.stringify(result))
  expect(result).toMatchObject({ outcome: 'folded', records, unreadable: 0, failed: 0 })
  expect(result['links']).toBeGreaterThanOrEqual(links)
  expect(result['maxRSS']).toBeLessThan(128 * 1024)
})
