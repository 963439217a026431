import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Returns what `file` loads when it runs, at once or on demand, without imports of types alone. */
function loadedBy(file: string): readonly string[] {
  const source = readFileSync(join(root, file), 'utf8')
  const { staticImports, staticExports, dynamicImports } = parseSync(file, source).module
  return [
    ...staticImports
      .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
      .map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ isType, moduleRequest }) => (isType || moduleRequest === null ? [] : [moduleRequest.value])),
    ),
    // Anything but a literal is the path of a file of ours.
    ...dynamicImports.flatMap(
      ({ moduleRequest: { start, end } }) => /^'(.*)'$/.exec(source.slice(start, end))?.[1] ?? [],
    ),
  ]
}

/** Returns the packages that `entry` needs when it runs, itself or by our other files. */
function packagesBehind(entry: string): readonly string[] {
  const files = new Set([entry])
  const packages = new Set<string>()
  for (const file of files) {
    for (const specifier of loadedBy(file)) {
      if (specifier.startsWith('.')) files.add(posix.join(posix.dirname(file), specifier))
      else if (!specifier.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
    }
  }
  return [...packages]
}

test('once runs with its dependencies alone, without those for development', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }
  const needed = packagesBehind('cli/main.ts')
  expect(needed).toContain('@aws-sdk/client-cloudformation')
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...needed]))
})

const workflows = globSync('.github/workflows/*.yml', { cwd: root }).map(file => readFileSync(join(root, file), 'utf8'))

test('workflows name the actions of others by the hash of a commit, beside its version, and images by their hash', () => {
  for (const image of workflows.flatMap(text => text.match(/(?<=\bimage: ).+/g) ?? []))
    expect(image).toMatch(/^[\w:.-]+@sha256:[0-9a-f]{64}$/)
  const uses = workflows.flatMap(text => text.match(/(?<=\buses: ).+/g) ?? []).filter(each => !each.startsWith('./'))
  expect(uses).not.toEqual([])
  for (const each of uses) expect(each).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('the job that may publish runs nothing that it installed or checked out', () => {
  const release = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8')
  const jobs = release.split(/^(?= {2}\w+:\n {4})/m)
  const [publishing = '', ...others] = jobs.filter(job => job.includes(': write'))
  expect([publishing.split(':', 1), others]).toEqual([['  publish'], []])
  expect(publishing).not.toMatch(/actions\/checkout|npm (ci|install|run|pack|exec)|npx|node /)
})
