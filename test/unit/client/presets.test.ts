import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectTypeOf, test } from 'vitest'
import { parseIssueInput } from '../../../api/links/issue-input.ts'
import { createClient, type NewLink, type NewUploadLink } from '../../../client/client.ts'
import { presetNames, presets, uploadPresetNames, withPreset } from '../../../client/presets.ts'
import type { OptionName } from '../../../shared/options/options.ts'
import type { withoutUpload } from '../../../shared/options/upload.ts'
import { rejection } from '../../support/client/rejection.ts'
import { responds, scriptedApi } from '../../support/client/scripted-api.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'

const root = join(import.meta.dirname, '../../..')

const issued = { id: 'A'.repeat(22), url: 'https://h/d/x', expiresAt: '2099-01-01T00:00:00Z', homeRegion: 'us-east-1' }

/** Returns the requests that the API gets for these links: one each, and all in one batch. */
async function requestsFor(...links: readonly NewLink[]) {
  const { origin, requests } = await scriptedApi(
    ...(links.map(() => responds(201, issued)) as [ReturnType<typeof responds>]),
    responds(200, { results: links.map(() => ({ status: 201, link: issued })) }),
  )
  const client = createClient({ origin, attempts: 1 })
  for (const link of links) await client.issue(link)
  for await (const result of client.issueMany(links)) expect(result.status).toBe(201)
  const bodies = requests.map(({ body }) => JSON.parse(body) as { readonly links?: readonly object[] })
  return { single: bodies.slice(0, -1), batch: bodies.at(-1)?.links }
}

test('a preset becomes fields of the request, in a batch too, which the API accepts and which name no preset', async () => {
  const links = presetNames.map(name => ({ for: name, key: 'report.pdf' }))
  const expected = presetNames.map(name => ({ key: 'report.pdf', ...presets[name] }))
  const { single, batch } = await requestsFor(...links)
  expect(single).toEqual(expected)
  expect(batch).toEqual(expected)
  for (const body of single) expect(parseIssueInput(body)).toMatchObject({ ok: true })
})

test('a field that is given has precedence, one that is undefined is not given, and expiresAt leaves no expiresIn', async () => {
  const expiresAt = '2099-01-01T00:00:00Z'
  const { single } = await requestsFor(
    { for: 'mail', key: 'a', confirm: false, bind: 'none', expiresIn: 60, reference: 'order 7' },
    // What a program without exactOptionalPropertyTypes passes.
    { for: 'phone', key: 'a', urlSeconds: undefined, receipt: undefined } as unknown as NewLink,
    { for: 'chat', key: 'a', expiresAt },
    { for: undefined, key: 'a' },
  )
  expect(single).toEqual([
    { key: 'a', confirm: false, receipt: true, bind: 'none', urlSeconds: 3600, expiresIn: 60, reference: 'order 7' },
    { key: 'a', ...presets.phone },
    { key: 'a', confirm: true, receipt: true, bind: 'client', urlSeconds: 3600, expiresAt },
    { key: 'a' },
  ])
})

test('a person has time for a large file, and a program as long as its preset says', () => {
  const size = 5e9
  expect(withPreset({ for: 'mail', key: 'a' }, size)).not.toHaveProperty('urlSeconds')
  expect(withPreset({ for: 'mail', key: 'a' }, size / 100)).toHaveProperty('urlSeconds', 3600)
  expect(withPreset({ for: 'program', key: 'a' }, size)).toEqual({ key: 'a', ...presets.program })
})

test('an unknown preset is refused before a request is sent, also one that every object has', async () => {
  const { origin, requests } = await scriptedApi(responds(201, issued))
  const client = createClient({ origin })
  for (const name of ['fax', 'toString', '']) {
    const message = `for: got ${JSON.stringify(name)}, allowed: mail, chat, phone, offline, program`
    const link = { for: name, key: 'a' } as unknown as NewLink
    expect(await rejection(client.issue(link))).toEqual(new TypeError(message))
    expect(await rejection(client.issueMany([link]).next())).toEqual(new TypeError(message))
  }
  expect(requests).toEqual([])
})

test('the API has its defaults still, and issues a link for each preset', async () => {
  const { api } = await emulatorHere({ bucket: join(root, 'emulator/bucket') })
  const client = createClient({ origin: api })
  const plain = await client.show((await client.issue({ key: 'hello.txt' })).id)
  expect(plain).toMatchObject({ confirm: false, bind: 'exact', urlSeconds: 30 })
  expect(plain).not.toHaveProperty('receipt')
  const urlSeconds = { mail: 3600, chat: 3600, phone: 4 * 3600, offline: 86_400, program: 900 }
  for (const name of presetNames) {
    const { confirm, bind, expiresIn } = presets[name]
    const view = await client.show((await client.issue({ for: name, key: 'hello.txt' })).id)
    expect(view).toMatchObject({ confirm, bind, receipt: null, urlSeconds: urlSeconds[name] })
    expect(Date.parse(view.expiresAt) - Date.parse(view.issuedAt)).toBe(expiresIn * 1000)
  }
})

const upload = { prefix: 'inbox/', maxBytes: 50_000_000 }

test('of a preset, a link that takes a file has only its end, and the API issues one for each', async () => {
  const { api } = await emulatorHere({ bucket: join(root, 'emulator/bucket') })
  const client = createClient({ origin: api })
  for (const name of uploadPresetNames) {
    const view = await client.show((await client.ask({ for: name, upload })).id)
    expect(view).toMatchObject({ upload, confirm: true, bind: 'none', receipt: null, urlSeconds: 4 * 3600 })
    expect(Date.parse(view.expiresAt) - Date.parse(view.issuedAt)).toBe(presets[name].expiresIn * 1000)
  }
})

test('a field of a link that takes a file has precedence, and the same key issues the same link', async () => {
  const { origin, requests } = await scriptedApi(responds(503, {}), responds(201, issued), responds(201, issued))
  const client = createClient({ origin, wait: async () => undefined })
  const expiresAt = '2099-01-01T00:00:00Z'
  expect(await client.ask({ for: 'mail', upload, expiresAt, urlSeconds: 60 }, { idempotencyKey: 'a' })).toEqual(issued)
  await client.ask({ upload, for: 'chat', expiresIn: undefined } as unknown as NewUploadLink)
  const bodies = requests.map(({ body }) => JSON.parse(body) as object)
  const first = { upload, expiresAt, urlSeconds: 60 }
  expect(bodies).toEqual([first, first, { upload, expiresIn: 86_400 }])
  expect(requests.map(({ idempotencyKey }) => idempotencyKey).slice(0, 2)).toEqual(['a', 'a'])
  const message = 'for: got "offline", allowed: mail, chat, phone, program'
  const wrong = client.ask({ upload, for: 'offline' } as unknown as NewUploadLink)
  expect(await rejection(wrong)).toEqual(new TypeError(message))
  expect(requests.length).toBe(3)
})

test('a link that takes a file has all fields but those that the API excludes or fixes', () => {
  type Fields = Exclude<keyof NewUploadLink, 'for' | 'upload'>
  expectTypeOf<Fields>().toEqualTypeOf<Exclude<OptionName, 'upload' | (typeof withoutUpload)[number]>>()
})

/** A time as the page says it. */
function timeText(seconds: number | undefined): string {
  const [number, unit] = /^(\d+) (\w+)$/.exec(duration(seconds ?? 0))?.slice(1) ?? []
  return number === '1' ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `${number} ${unit}s`
}

function duration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} day`
  return seconds % 3600 === 0 ? `${seconds / 3600} hour` : `${seconds / 60} minute`
}

test('docs/clients.md has the fields of each preset, and says who it is for', () => {
  const [, text = ''] = readFileSync(join(root, 'docs/clients.md'), 'utf8').split('\n## Presets\n')
  const [page = ''] = text.split('\n## ')
  const lines = page.match(/^\|.*$/gm) ?? []
  const cells = lines.map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim().replaceAll('`', '')),
  )
  const fields = ['confirm', 'receipt', 'bind', 'expiresIn', 'urlSeconds']
  expect(cells[0]).toEqual(['for', ...fields])
  const rows = presetNames.map(name => {
    const { confirm, receipt, bind, expiresIn, urlSeconds } = presets[name]
    const time = urlSeconds === undefined ? 'by size' : timeText(urlSeconds)
    return [name, String(confirm), String(receipt), bind, timeText(expiresIn), time]
  })
  expect(cells.slice(2)).toEqual(rows)
  for (const name of presetNames) {
    expect(Object.keys(presets[name]).filter(field => !fields.includes(field))).toEqual([])
    expect(page).toMatch(new RegExp(`^- \\*\\*\`${name}\`\\*\\*: `, 'm'))
  }
  expect(page).toContain('patients on phones')
})
