import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { alarmRows, descriptionOf } from '../../infra/alarm-list.ts'
import { secretHeaders } from '../../shared/secrets/secret-headers.ts'
import { reasons, refusalFor } from '../../shared/refusal.ts'
import { gate } from '../../edge/pages/texts/en.ts'

const root = join(import.meta.dirname, '../..')
const page = (name: string) => readFileSync(join(root, name), 'utf8')

/** Returns the text of a section of a page, with the sections in it. Fails if the page has no such heading. */
function section(name: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0] ?? ''
  const [, rest] = page(name).split(`\n${heading}\n`)
  expect(rest, `${name}: ${heading}`).toBeDefined()
  return rest?.split(new RegExp(`\n#{1,${level.length}} `))[0] ?? ''
}

const pages = globSync('{*,docs/*,docs/decisions/*,{cli,client,infra,examples}/*,{infra,test,tools}/*/*}.md', {
  cwd: root,
})

test('these tests read every document', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', join('docs', 'promises.md')]))
  expect(pages.filter(name => name.includes('decisions')).length).toBeGreaterThanOrEqual(40)
})

test('docs/decisions/README.md lists every decision once', () => {
  const index = page('docs/decisions/README.md')
  const listed = [...index.matchAll(/^- \[.*?\]\((\d{4}-[\w-]+\.md)\)/gm)].map(([, file = '']) => file)
  const decisions = globSync('docs/decisions/0*.md', { cwd: root }).map(name => basename(name))
  expect(listed.toSorted()).toEqual(decisions.toSorted())
})

test('docs/recipients.md lists every refusal with its status, in order of precedence', () => {
  const found = section('docs/recipients.md', '## Refusals').matchAll(/^\| `([\w-]+)` *\| (\d+) *\|/gm)
  const rows = [...found].map(([, reason, status]) => [reason, Number(status)])
  expect(rows).toEqual(reasons.map(reason => [reason, refusalFor(reason).status]))
})

test('docs/recipients.md lists every refusal of the gate', () => {
  const found = section('docs/recipients.md', '### Refusals of the gate').matchAll(/^\| `([\w-]+)`/gm)
  expect([...found].map(([, reason]) => reason)).toEqual(Object.keys(gate).filter(name => name !== 'AGAIN'))
})

test('infra/terraform/README.md lists every input and output of the module', () => {
  const rows = page('infra/terraform/README.md').match(/^\| `.*?` \|/gm) ?? []
  const files = page('infra/terraform/variables.tf') + page('infra/terraform/outputs.tf')
  const names = [...files.matchAll(/^(?:variable|output) "(\w+)"/gm)].map(([, name = '']) => name)
  expect([...rows.join('').matchAll(/\w+/g)].map(String).toSorted()).toEqual(names.toSorted())
})

test('docs/construct.md redacts every header in the log of a web ACL that is a secret', () => {
  const [, names = ''] = /\.\.\.\[(.+)\]\.map\(Name => \(\{ singleHeader/.exec(page('docs/construct.md')) ?? []
  expect(names).toBe(secretHeaders.map(name => `'${name}'`).join(', '))
})

test.each(Object.entries(alarmRows))(
  'the mail of the alarm %s leads to its heading, and says whether it wakes',
  (name, row) => {
    const mail = descriptionOf(name, row)
    expect(mail.length).toBeLessThanOrEqual(1024)
    const [, file = '', heading = ''] = /(docs\/\w+\.md)#([\w-]+)\.$/.exec(mail) ?? []
    expect(section(file, `#### ${heading}`)).toBeDefined()
    expect(heading).toBe(name)
    const [, waking = ''] = /These wake you, [^:]+: ([^.]+)\./.exec(page(file)) ?? []
    expect(waking.includes(`\`${name}\``), file).toBe(row.wakes)
    expect(mail).toMatch(row.wakes ? /^Wakes you\. / : /^Waits for the morning\. /)
  },
)

test.each([
  { what: 'promise', rows: page('docs/promises.md').match(/^\| [A-Z`].*$/gm) ?? [], fewest: 40 },
  { what: 'threat', rows: section('docs/review.md', '## Threats').match(/^\| [STRIDE] .*$/gm) ?? [], fewest: 11 },
])('every $what names tests that exist', ({ rows, fewest }) => {
  expect(rows.length).toBeGreaterThan(fewest)
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map(([, file = '']) => file)
    expect(files, row).not.toEqual([])
    expect(
      files.filter(file => !existsSync(join(root, file))),
      row,
    ).toEqual([])
  }
})

/** Returns GitHub's name of a heading in links. */
const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')

test.each(pages)('every file, page and heading that %s names exists', name => {
  const folders = 'edge|api|jobs|shared|infra|client|cli|console|emulator|examples|tools|test'
  const files = [...page(name).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+\\.ts)\``, 'g'))]
  expect(files.map(([, file = '']) => file).filter(file => !existsSync(join(root, file)))).toEqual([])
  for (const [, link = '', heading] of page(name).matchAll(/\]\((?!https?:)([\w./-]*)(?:#([\w-]+))?\)/g)) {
    const target = link === '' ? name : join(dirname(name), link)
    expect(existsSync(join(root, target)), `${target} exists`).toBe(true)
    if (heading === undefined) continue
    const headings = [...page(target).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => slugOf(text))
    expect(headings, target).toContain(heading)
  }
})
