import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folders } from '../../tools/structure/rules.ts'

const root = join(import.meta.dirname, '../..')
const files = globSync(`{${folders.join()}}/**/*.ts`, {
  cwd: root,
  exclude: ['**/node_modules', '**/out', 'infra/code/functions'],
})
const shipped = files.filter(file => !file.startsWith('test/'))

const source = (file: string) => readFileSync(join(root, file), 'utf8')

describe('code stays readable', () => {
  test.each(shipped)('%s: every export has a docstring', file => {
    const text = source(file)
    const exported = [...text.matchAll(/^export (?!\{|type \{)/gm)]
    for (const { index } of exported) {
      const before = text.slice(0, index).trimEnd()
      const line = text.slice(index).split('\n')[0]
      expect(before.endsWith('*/'), `${file}: ${line}`).toBe(true)
    }
  })

  test('no binary file is larger than 100 kB, but the release that is upgraded', () => {
    const exclude = ['**/node_modules', '**/out', '.git', 'tools/python', 'infra/code/functions']
    const isLarge = (path: string) => statSync(path).isFile() && statSync(path).size > 100_000
    const large = globSync('**/*', { cwd: root, exclude }).filter(
      name => isLarge(join(root, name)) && readFileSync(join(root, name)).includes(0),
    )
    expect(large).toEqual(['test/releases/0.1.0.json.br'])
  })

  test('no file or folder is named utils, helpers, common or misc, and there is no barrel', () => {
    const named = files.filter(file => /(^|\/)(utils?|helpers?|common|misc|index)(\.ts|\/)/.test(file))
    expect(named).toEqual(['infra/index.ts']) // what a published package exports
  })

  test('in functions only main and adapters use clock, environment, randomness, files and network', () => {
    const outside =
      /\bDate\.now\b|\bnew Date\(\)|\bprocess\.|Math\.random|randomBytes\(|\bfetch\(|node:(fs|net|http|https|timers|dns|child_process)/
    const isInner = (file: string) =>
      /^(edge|api|jobs|shared)\//.test(file) && !/\/adapters\/|^shared\/aws\/|(\/|-)main\.ts$/.test(file)
    for (const file of shipped.filter(isInner)) {
      expect(outside.exec(source(file))?.[0], file).toBeUndefined()
    }
  })
})
