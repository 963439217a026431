import { spawn } from 'node:child_process'
import { once as event } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import Papa from 'papaparse'
import { describe, expect, onTestFinished, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { disk } from '../../../cli/adapters/disk.ts'
import { createClient, type LinkView } from '../../../client/client.ts'
import { emulator, opened } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { forwards } from '../../support/client/scripted-api.ts'
import { serveHere } from '../../support/machine/serve.ts'

type Emulator = Awaited<ReturnType<typeof emulator>>

const main = join(import.meta.dirname, '../../../cli/main.ts')

/** Writes a table of people, and returns its path and that of its links. */
function tableOf(rows: readonly string[], { folder }: Pick<Emulator, 'folder'>) {
  const table = join(folder, 'people.csv')
  writeFileSync(table, `${rows.join('\r\n')}\r\n`)
  return { table, links: join(folder, 'people.links.csv') }
}

const twoHundred = ['Name;E-Mail;Reference', ...Array.from({ length: 200 }, (_, n) => `Ann ${n};a${n}@x.org;case ${n}`)]

function rowsIn(file: string) {
  return Papa.parse<Record<string, string>>(readFileSync(file, 'utf8'), { header: true, skipEmptyLines: true }).data
}

async function listed({ once }: Emulator) {
  const { said } = await once('list', '--json', '--limit', '1000')
  return said.split('\n').map(line => JSON.parse(line) as LinkView)
}

/** Expects that each row has a link of its own, with its reference, and that there are no other links. */
async function expectOneEach(links: string, here: Emulator) {
  const rows = rowsIn(links)
  const byId = new Map((await listed(here)).map(link => [link.id, link.reference]))
  expect(rows.map(({ id = '' }) => byId.get(id))).toEqual(rows.map(row => row['Reference']))
  expect(byId.size).toBe(rows.length)
  expect(new Set(rows.map(({ link }) => link)).size).toBe(rows.length)
}

describe('once issue --to', () => {
  test('issues a link for each row, and writes them beside the table, for this user only', async () => {
    const here = await emulator()
    const { table, links } = tableOf(twoHundred, here)
    writeFileSync(join(here.folder, 'report.pdf'), 'for all')
    const issued = await here.once('issue', join(here.folder, 'report.pdf'), '--to', table, '--plain')
    expect(issued).toMatchObject({ code: 0, said: links, noted: '200 of 200 rows have a link, plain' })
    const [first, second] = readFileSync(links, 'utf8').split('\r\n')
    expect(first).toBe('Name;E-Mail;Reference;link;expires;id')
    expect(second).toMatch(/^Ann 0;a0@x\.org;case 0;http:\S+\/d\/[\w-]{43};20\S+Z;[\w-]{22}$/)
    expect(statSync(links).mode & 0o777).toBe(0o600)
    expect(readdirSync(here.folder).toSorted()).toEqual(['people.csv', 'people.links.csv', 'report.pdf'])
    await expectOneEach(links, here)
    const [one, other] = rowsIn(links)
    expect(await opened(one?.['link'] ?? '')).toBe('for all')
    expect(await opened(one?.['link'] ?? '')).toBe(403)
    expect(await opened(other?.['link'] ?? '')).toBe('for all')
    expect(new Set((await listed(here)).map(({ key }) => key)).size).toBe(1)
    const again = await here.once('issue', join(here.folder, 'report.pdf'), '--to', table, '--plain')
    expect(again).toMatchObject({ code: 2, noted: expect.stringContaining('people.links.csv is complete') as string })
  })

  test('a row that the API refuses is named, the others get links, and after its correction it gets its own', async () => {
    const here = await emulator()
    const rows = twoHundred.map((row, index) => (index === 120 ? `Ann;a@x.org;"two\nlines"` : row))
    const { table, links } = tableOf(rows, here)
    const issue = () => here.once('issue', '--key', 'report.txt', '--to', table)
    const refused = await issue()
    expect(refused).toMatchObject({ code: 3, said: links })
    expect(refused.noted).toMatch(
      /^line 121: The request has invalid fields: reference: got "two\\nlines", allowed: [^\n]+\n199 of 200 rows have a link, for mail$/,
    )
    const before = rowsIn(links)
    tableOf(twoHundred, here)
    const changed = await issue()
    expect(changed).toMatchObject({ code: 0, noted: '200 of 200 rows have a link, for mail' })
    const after = rowsIn(links)
    expect(after.filter((_, index) => index !== 119)).toEqual(before.filter((_, index) => index !== 119))
    await expectOneEach(links, here)
  })

  test('a run that was killed between a response and its file gets the same links when it is repeated', async () => {
    const here = await emulator()
    const { table, links } = tableOf(twoHundred, here)
    writeFileSync(join(here.folder, 'report.pdf'), 'for all')
    const args = ['issue', join(here.folder, 'report.pdf'), '--to', table, `--local=${here.api}`]
    let writes = 0
    const dying = {
      ...disk,
      async writePrivate(path: string, text: string, options: { readonly replace: boolean }) {
        // The first has no links, the second those of the first batch.
        if (path === links && (writes += 1) === 3) throw new Error('killed')
        return disk.writePrivate(path, text, options)
      },
    }
    expect(await onceHere(args, { disk: dying })).toMatchObject({ code: 2 })
    expect(await listed(here)).toHaveLength(200)
    expect(rowsIn(links).filter(({ link }) => link !== '')).toHaveLength(100)
    expect(await onceHere(args)).toMatchObject({ code: 0, said: links })
    await expectOneEach(links, here)
  })

  test('a process that is killed in the middle leaves whole rows, and no row has two links after the next one', async () => {
    const here = await emulator()
    const { table, links } = tableOf(twoHundred, here)
    writeFileSync(join(here.folder, 'report.pdf'), 'for all')
    const args = ['issue', join(here.folder, 'report.pdf'), '--to', table, '--local']
    let batches = 0
    const front = await serveHere((request, response) => {
      if (request.url === '/.well-known/emulator') return void response.end(JSON.stringify({ api: front.origin }))
      // The first checks the fields, the third has no response.
      if (request.url !== '/links/batch' || (batches += 1) < 3)
        void text(request).then(body => forwards(here.api, 'respond')(response, request, body))
    })
    const child = spawn(process.execPath, [main, ...args, front.origin], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const exited = event(child, 'exit')
    const isHalf = () => existsSync(links) && rowsIn(links).some(({ link }) => link !== '')
    while (!isHalf()) await pause(2)
    child.kill('SIGKILL')
    expect(await exited).toEqual([null, 'SIGKILL'])
    expect(rowsIn(links)).toHaveLength(200)
    expect(await here.once(...args.slice(0, -1))).toMatchObject({ code: 0, said: links })
    await expectOneEach(links, here)
  })

  test('links that fail for now are not written, and come with the next run', async () => {
    const here = await emulator()
    const { table, links } = tableOf(twoHundred.slice(0, 11), here)
    const args = ['issue', '--key', 'report.txt', '--to', table, `--local=${here.api}`]
    const busy = createClient({
      origin: here.api,
      wait: async () => undefined,
      async fetch(url, init) {
        const response = await fetch(url, init)
        if (!url.endsWith('/batch')) return response
        const { results } = (await response.json()) as { readonly results: readonly unknown[] }
        // The check of fields is a batch of one.
        if (results.length === 1) return Response.json({ results })
        const problem = { type: 'about:blank', status: 503, title: 'Not available', detail: '', reason: 'unavailable' }
        return Response.json({ results: [...results.slice(1), { status: 503, problem }] })
      },
    })
    const failed = await onceHere(args, { apis: { ...apis, local: () => busy } })
    expect(failed).toMatchObject({ code: 3, said: '' })
    expect(failed.noted).toContain('To go on, run the same command again within a day')
    expect(rowsIn(links).every(({ link, id = '' }) => link === '' && id.startsWith('pending '))).toBe(true)
    expect(await onceHere(args)).toMatchObject({ code: 0 })
    await expectOneEach(links, here)
  })

  test('makes the passphrases of empty cells, and with --passphrase one for each row', async () => {
    const here = await emulator()
    const { table, links } = tableOf(['\ufeffname,passphrase', 'Ann,', 'Bob,"my, own words"', '', ','], here)
    const own = await here.once('issue', '--key', 'report.txt', '--to', table)
    expect(own).toMatchObject({ code: 0, noted: '2 of 2 rows have a link, for mail, each with a passphrase' })
    const text = readFileSync(links, 'utf8')
    expect(text).toMatch(
      /^\ufeffname,passphrase,link,expires,id\r\nAnn,\d{4}-\d{4}-\d{4},http:[^\r]+\r\nBob,"my, own words",http:[^\r]+\r\n$/,
    )
    expect((await listed(here)).map(({ reference, passphrase }) => [reference, passphrase?.maxTries])).toEqual([
      [undefined, 5],
      [undefined, 5],
    ])
    const other = join(here.folder, 'others.csv')
    writeFileSync(other, 'reference\nAnn\nBob')
    expect(await here.once('issue', '--key', 'report.txt', '--to', other, '--passphrase')).toMatchObject({
      code: 0,
      noted: '2 of 2 rows have a link, for mail, each with a passphrase',
    })
    const made = readFileSync(join(here.folder, 'others.links.csv'), 'utf8')
    expect(made).toMatch(
      /^reference,link,expires,id,passphrase\nAnn,[^\n]+,\d{4}-\d{4}-\d{4}\nBob,[^\n]+,\d{4}-\d{4}-\d{4}\n$/,
    )
  })

  test('a table that is no use is refused before anything is uploaded or issued', async () => {
    const here = await emulator()
    const cases: readonly (readonly [string | Buffer, string])[] = [
      [Buffer.from('name\nJos\xe9\n', 'latin1'), 'allowed: a table as CSV UTF-8'],
      ['reference,id\nAnn,7\n', 'line 1: got the column "id", which is there or is added'],
      ['Reference,reference\na,b\n', 'line 1: got the column "reference"'],
      ['reference\n"Ann\n\nBob\n', "line 2: its quotation marks don't match"],
      ['name;reference\n"A\nB";x\nBob;x;y\n', 'line 4: got 3 cells, allowed: 2'],
      ['reference\n', 'got 0 rows, allowed: 1 to 10000'],
    ]
    for (const [text, why] of cases) {
      writeFileSync(join(here.folder, 'people.csv'), text)
      const outcome = await here.once('issue', '--key', 'report.txt', '--to', join(here.folder, 'people.csv'))
      expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(why) as string })
    }
    expect(readdirSync(here.folder)).toEqual(['people.csv'])
    const wrong = tableOf(twoHundred, here)
    for (const args of [['--key', 'a', '--key', 'b'], ['-'], [wrong.table, '--key', 'k']]) {
      const outcome = await here.once('issue', ...args, '--to', wrong.table)
      expect(outcome).toMatchObject({
        code: 2,
        noted: expect.stringContaining('--to: allowed with one FILE') as string,
      })
    }
  })

  test('links of rows that are gone are not lost', async () => {
    const here = await emulator()
    const { table, links } = tableOf(['reference', 'a', '"x\ny"'], here)
    expect(await here.once('issue', '--key', 'report.txt', '--to', table)).toMatchObject({ code: 3 })
    const text = readFileSync(links, 'utf8')
    tableOf(['reference', 'b', '"x\ny"'], here)
    const changed = await here.once('issue', '--key', 'report.txt', '--to', table)
    expect(changed).toMatchObject({
      code: 2,
      noted: expect.stringContaining('links of rows that changed or are gone') as string,
    })
    expect(readFileSync(links, 'utf8')).toBe(text)
  })
})
