import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../support/ministack/shims')

/** Most shims and lines of them: with more, it would be an AWS of our own again. */
const [maxShims, maxLines] = [20, 993]

test('what MiniStack lacks is filled by few, short shims, each with its reason', () => {
  const shims = readdirSync(folder)
    .filter(name => name.endsWith('.py'))
    .map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
  const lines = shims.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0)
  process.stdout.write(`${shims.length} shims of MiniStack, ${lines} lines\n`) // a console is silent if tests pass
  expect(shims.filter(({ text }) => !/^"""[^"]*\bMiniStack\b[^"]*\."""/.test(text)).map(({ name }) => name)).toEqual([])
  expect(shims.length).toBeLessThanOrEqual(maxShims)
  expect(lines).toBeLessThanOrEqual(maxLines)
})
