import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { reasons, refusalFor } from '../shared/refusal.ts'

const page = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

test('ARCHITECTURE.md lists every refusal with its status, in order of precedence', () => {
  const rows = [...page('ARCHITECTURE.md').matchAll(/^\| `([\w-]+)` *\| (\d+) *\|/gm)].map(([, reason, status]) => [
    reason,
    Number(status),
  ])
  expect(rows).toEqual(reasons.map(reason => [reason, refusalFor(reason).status]))
})

test('every promise in ARCHITECTURE.md is shown by tests that exist', () => {
  const [, section = ''] = page('ARCHITECTURE.md').split('## What is promised, and what shows it')
  const shown = [...section.matchAll(/`(test\/[\w./-]+\.ts)`: ([^;|]+?)(?=; `test| *\|)/g)]
  expect(shown.length).toBeGreaterThan(20)
  for (const [, file = '', name = ''] of shown) expect(page(file), file).toContain(name)
  const rows = section.split('## ')[0]?.match(/^\| [A-Z].*$/gm) ?? []
  for (const row of rows) expect(row).toContain('`test/')
})

test('every file and page that the documents name is there', () => {
  const named = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap(name => [
    ...page(name).matchAll(/`((?:edge|api|shared|emulator|infra|bench|test)\/[\w./-]+\.ts)`|\]\(([\w./-]+\.md)\)/g),
  ])
  expect(named.length).toBeGreaterThan(5)
  for (const [, file, link] of named) expect(() => page(file ?? link ?? '')).not.toThrow()
})
