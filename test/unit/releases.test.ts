import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import released from '../releases/changelog.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const packages = ['package.json', 'client/package.json', 'infra/package.json', 'cli/package.json']
const versionOf = (path: string) => (JSON.parse(read(path)) as { version: string }).version
const version = versionOf('package.json')

/** A section of the changelog: its heading without the marks, and its text. */
interface Section {
  readonly heading: string
  readonly text: string
}

const sections: readonly Section[] = read('CHANGELOG.md')
  .split(/^## /m)
  .slice(1)
  .map(part => ({ heading: part.split('\n', 1)[0] ?? '', text: part.slice(part.indexOf('\n')).trim() }))
const [unreleased, ...releases] = sections
const versions = releases.map(({ heading }) => heading.split(' - ', 1)[0] ?? '')

/** Returns a version as one number, so that versions compare; each part is below 1000. */
const rank = (text: string) => text.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)

describe('releases', () => {
  test('one version is that of the command line, the client, the construct and the API', () => {
    const api = (JSON.parse(read('docs/openapi.json')) as { info: { version: string } }).info.version
    expect([...packages.map(versionOf), api]).toEqual(Array(5).fill(version))
    expect(version).toMatch(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/)
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> }
    expect(['', 'client', 'infra', 'cli'].map(name => lock.packages[name]?.version)).toEqual(Array(4).fill(version))
  })

  test('the changelog begins with what is to come, and has each release with its day, the newest first', () => {
    expect(unreleased?.heading).toBe('Unreleased')
    for (const { heading } of releases) expect(heading).toMatch(/^\d+\.\d+\.\d+ - 20\d\d-\d\d-\d\d$/)
    const ranks = versions.map(rank)
    expect(ranks).toEqual([...new Set(ranks)].toSorted((a, b) => b - a))
  })

  test('the version is that of the newest release, in the commit of a release, or of the next', () => {
    const [newest = ''] = versions
    if (version === newest) return expect(unreleased?.text).toBe('')
    expect(rank(version)).toBeGreaterThan(rank(newest))
    expect(unreleased?.text).toMatch(new RegExp(`^What version ${version.replaceAll('.', '\\.')} will hold\\.`))
  })

  test('a tag is the version of the newest release', ({ skip }) => {
    const tag = process.env['RELEASE_TAG'] ?? ''
    if (tag === '') return skip('this is no build of a tag')
    expect([tag, tag]).toEqual([`v${version}`, `v${versions[0]}`])
  })

  test('what the changelog says of earlier releases is not changed, and each can be deployed by the upgrade test', () => {
    const earlier = releases.filter(({ heading }) => !heading.startsWith(`${version} `))
    const hashes = earlier.map(({ heading, text }) => [
      heading.split(' ', 1)[0],
      createHash('sha256').update(text).digest('hex'),
    ])
    expect(Object.fromEntries(hashes)).toEqual(released)
    const [previous = ''] = Object.keys(released)
    expect(existsSync(join(root, 'test/releases', `${previous}.json.br`)), previous).toBe(true)
    expect(read('test/proof/deployment/upgrade.test.ts')).toContain(`const release = '${previous}'`)
  })
})
