import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { disk } from '../../../cli/adapters/disk.ts'
import { uploads } from '../../../cli/adapters/uploads.ts'
import { UnreachableError } from '../../../cli/command.ts'
import type { Disk, Upload } from '../../../cli/ports/links.ts'
import { createClient, type LinkView, NoResponseError } from '../../../client/client.ts'
import { listenOnLoopback } from '../../../emulator/servers.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { onceHere, type Outcome } from '../../support/cli/once-here.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt, locationOf } from '../../support/http.ts'
import { serveHere } from '../../support/serve.ts'

async function emulator() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  const { api } = await emulatorHere({ bucket })
  const once = (...args: readonly string[]) => onceHere([...args, `--local=${api}`])
  const show = async (id: string) => JSON.parse((await ask(`${api}/links/${id}`)).body) as LinkView
  return { api, once, show, folder: temporaryFolder() }
}

/** Uploads that put nothing anywhere, and what they were asked to put. */
function watchedUploads() {
  const put: string[] = []
  const take = async ({ key }: Upload) => void put.push(key)
  return { uploads: { toBucket: take, toEmulator: take }, put }
}

const idIn = ({ noted }: Pick<Outcome, 'noted'>) => /: ([A-Za-z0-9_-]{22}), expires/.exec(noted)?.[1] ?? ''

/** What whoever opens a link gets in the end. */
async function opened(url: string) {
  const answer = await ask(url)
  return answer.status === 302 ? (await ask(locationOf(answer, url))).body : answer.status
}

describe('once issue', () => {
  test('puts a file into the bucket and prints its link, alone; it opens once', async () => {
    const { once, folder } = await emulator()
    const content = randomBytes(3_000_000).toString('hex')
    writeFileSync(join(folder, 'Röntgen 100%.txt'), content)
    const issued = await once('issue', join(folder, 'Röntgen 100%.txt'))
    expect(issued).toMatchObject({ code: 0, said: expect.stringMatching(/^http:\S+\/d\/[\w-]{43}$/) as string })
    expect(issued.noted).toMatch(/^Röntgen 100%\.txt: [\w-]{22}, expires 20\S+Z, home us-east-1$/)
    expect(issued.metered.at(-2)).toMatch(/^Röntgen 100%\.txt {2}\[#{20}\] 100 % {2}6\.0 of 6\.0 MB$/)
    expect(await opened(issued.said)).toBe(content)
    expect(await opened(issued.said)).toBe(403)
  })

  test('of several files gives several links, in their order, all in one folder', async () => {
    const { once, folder } = await emulator()
    const names = ['a.txt', 'b.txt', 'c.txt']
    for (const name of names) writeFileSync(join(folder, name), `this is ${name}`)
    const { code, said } = await once('issue', ...names.map(name => join(folder, name)), '--key', '2026/11/')
    expect(code).toBe(0)
    expect(await Promise.all(said.split('\n').map(opened))).toEqual(names.map(name => `this is ${name}`))
  })

  test('takes every option of a link', async () => {
    const { once, show } = await emulator()
    const options = ['--confirm', '--no-receipt', '--expires-in', '2d', '--url-seconds', '60', '--bind', 'none']
    const more = [
      '--network',
      '203.0.113.0/24',
      '--filename',
      'a.txt',
      '--home-region',
      'eu-west-1',
      '--reference',
      'o 7',
    ]
    const issued = await once('issue', '--key', 'report.txt', ...options, ...more)
    const view = await show(idIn(issued))
    expect(view).toMatchObject({
      confirm: true,
      urlSeconds: 60,
      bind: 'none',
      network: '203.0.113.0/24',
      filename: 'a.txt',
      homeRegion: 'eu-west-1',
      reference: 'o 7',
    })
    expect(view).not.toHaveProperty('receipt')
    expect(Date.parse(view.expiresAt) - Date.parse(view.issuedAt)).toBe(2 * 24 * 3600_000)
    const [from, until] = ['2099-01-01T00:00:00Z', new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, '')]
    const film = await once('issue', '-k', 'films/one/index.m3u8', '--media', '--receipt', '--expires-at', until)
    expect(await show(idIn(film))).toMatchObject({ media: 'folder', receipt: null, expiresAt: until, confirm: false })
    const early = await once('issue', '-k', 'report.txt', '--not-before', from)
    expect(early).toMatchObject({ code: 3, said: '', noted: expect.stringContaining('--not-before: got') as string })
  })

  test('what the API refuses is shown by the names of the options', async () => {
    const { once } = await emulator()
    const outcome = await once('issue', '--key', 'a.txt', '--url-seconds', '1', '--expires-in', '9d')
    expect(outcome).toMatchObject({ code: 3, said: '' })
    expect(outcome.noted).toMatch(/^The request has invalid fields\n--url-seconds: got 1, allowed: a whole number/)
  })

  test('one link that is refused spoils no other', async () => {
    const { once } = await emulator()
    const { code, said, noted } = await once('issue', '-k', 'a', '-k', `${'é'.repeat(509)}/x`, '-k', 'c')
    expect(code).toBe(3)
    expect(said.split('\n')).toHaveLength(2)
    expect(noted).toContain('The request has invalid fields: --key: got')
  })

  test('several that the API refuses are shown by the names of the options, too', async () => {
    const { once } = await emulator()
    const { code, noted } = await once('issue', '-k', 'a', '-k', 'b', '--url-seconds', '1', '--expires-in', '9d')
    expect(code).toBe(3)
    for (const key of ['a', 'b'])
      expect(noted).toMatch(new RegExp(`^${key}: The request .*--url-seconds: got 1, `, 'm'))
  })

  test('--json prints the key and what the api says of it, one line a link', async () => {
    const { once } = await emulator()
    const { said } = await once('issue', '-k', 'report.txt', '-k', 'b.txt', '--json')
    const links = said.split('\n').map(line => JSON.parse(line) as { readonly key: string })
    const names = ['key', 'id', 'url', 'expiresAt', 'homeRegion']
    expect(links.map(link => Object.keys(link))).toEqual([names, names])
    expect(links.map(({ key }) => key)).toEqual(['report.txt', 'b.txt'])
  })

  test('a key that the emulator cannot keep is refused, and no link is left', async () => {
    const { once, folder } = await emulator()
    writeFileSync(join(folder, 'a'), 'x')
    const { noted: first } = await once('issue', join(folder, 'a'))
    const outcome = await once('issue', join(folder, 'a'), '--key', 'a/b')
    expect(outcome).toMatchObject({ code: 3, said: '' })
    expect(outcome.noted).toContain('The emulator cannot keep this key')
    const live = await once('list', '--state', 'live', '--json')
    expect(live.said.split('\n').map(line => (JSON.parse(line) as LinkView).id)).toEqual([idIn({ noted: first })])
  })

  test('fields that are wrong leave no link behind, and no file', async () => {
    const { api, once, folder } = await emulator()
    const { uploads: watched, put } = watchedUploads()
    writeFileSync(join(folder, 'a.txt'), 'x')
    const wrong = ['--url-seconds', '1', '--expires-in', '9d']
    const outcome = await onceHere(['issue', join(folder, 'a.txt'), ...wrong, `--local=${api}`], { uploads: watched })
    expect(outcome).toMatchObject({ code: 3, said: '' })
    expect(put).toEqual([])
    expect(await once('list')).toMatchObject({ noted: 'there are none' })
    const right = await onceHere(['issue', join(folder, 'a.txt'), `--local=${api}`], { uploads: watched })
    expect(right).toMatchObject({ code: 0 })
    expect(put).toEqual(['a.txt'])
  })

  test('the life of a link begins when its file is there, however long that takes', async () => {
    const { api, once, folder } = await emulator()
    writeFileSync(join(folder, 'a.txt'), 'x')
    let now = Date.now()
    const clock = { now: () => now as EpochMs, pause: async () => undefined }
    const slow = { ...uploads(), toEmulator: async () => void (now += 60_000) }
    const { code, noted } = await onceHere(['issue', join(folder, 'a.txt'), `--local=${api}`], { uploads: slow, clock })
    expect(code).toBe(0)
    const { said } = await once('list', '--json')
    const states = said.split('\n').map(line => JSON.parse(line) as LinkView)
    expect(states.map(({ state }) => state).toSorted()).toEqual(['live', 'revoked'])
    expect(states.find(({ state }) => state === 'live')?.id).toBe(idIn({ noted }))
  })

  test('where the link can not be issued anew, none is left', async () => {
    const { api, once, folder } = await emulator()
    writeFileSync(join(folder, 'a.txt'), 'x')
    let now = Date.now()
    const clock = { now: () => now as EpochMs, pause: async () => undefined }
    const slow = { ...uploads(), toEmulator: async () => void (now += 60_000) }
    const client = createClient({ origin: api })
    const answers = [client.issue({ key: 'a.txt' }), Promise.reject(new NoResponseError('no answer'))]
    answers[1]?.catch(() => undefined)
    const issue = async () => answers.shift() ?? expect.fail('asked three times')
    const local = () => ({ ...client, issue })
    const world = { uploads: slow, clock, apis: { ...apis, local } }
    expect(await onceHere(['issue', join(folder, 'a.txt'), '--local', api], world)).toMatchObject({ code: 2, said: '' })
    const { said } = await once('list', '--json')
    expect(said.split('\n').map(line => (JSON.parse(line) as LinkView).state)).toEqual(['revoked'])
  })

  test('an emulator that takes no more of a file is not waited for without end', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.txt'), 'x')
    const { api } = await emulator()
    const front = await serveHere((request, response) => {
      if (request.method === 'PUT') return
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ id: 'A'.repeat(22), url: `${api}/d/x`, expiresAt: '2099', homeRegion: 'us-east-1' }),
      )
    })
    const local = { ...apis, emulatorAt: async () => front.origin }
    const world = { apis: local, uploads: uploads({ silenceMs: 200 }) }
    const outcome = await onceHere(['issue', join(folder, 'a.txt'), `--local=${api}`], world)
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toContain('the emulator did not take the file: nothing went on for 0.2 seconds')
  })

  test.each([
    ['no JSON', { status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' }],
    ['JSON of another kind', { status: 500, type: 'application/problem+json', body: '[null]' }],
    [
      'a problem of another kind',
      { status: 500, type: 'application/problem+json', body: '{"title":7,"errors":[null,{"field":1}],"detail":[]}' },
    ],
  ])('an emulator that turns a file down with %s is no bug of ours', async (_, { status, type, body }) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.txt'), 'x')
    const { api } = await emulator()
    const front = await serveHere(
      (_request, response) => void response.writeHead(status, { 'content-type': type }).end(body),
    )
    const toEmulator = (upload: Upload) => uploads().toEmulator(upload, front.origin)
    const world = { uploads: { ...uploads(), toEmulator } }
    const outcome = await onceHere(['issue', join(folder, 'a.txt'), `--local=${api}`], world)
    expect(outcome).toMatchObject({ code: 3, said: '', noted: `The request was refused (${status})` })
  })

  test('a file that cannot be read is reported before anything is uploaded', async () => {
    const { api, folder } = await emulator()
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(folder, name), 'x')
    const { uploads: watched, put } = watchedUploads()
    const mustBeReadable: Disk['mustBeReadable'] = async file => {
      if (file.endsWith('b.txt')) throw new Error('EACCES: permission denied')
    }
    const files = [join(folder, 'a.txt'), join(folder, 'b.txt')]
    const world = { uploads: watched, disk: { ...disk, mustBeReadable } }
    const outcome = await onceHere(['issue', ...files, `--local=${api}`], world)
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining('b.txt", EACCES') as string })
    expect(put).toEqual([])
  })

  test('whatever is wrong with files is said before anything is put anywhere', async () => {
    const { api, folder, once } = await emulator()
    const { uploads: watched, put } = watchedUploads()
    const [file, sub] = [join(folder, 'a.txt'), join(folder, 'sub')]
    writeFileSync(file, 'x')
    mkdirSync(sub)
    writeFileSync(join(sub, 'a.txt'), 'y')
    writeFileSync(join(sub, 'b.txt'), 'z')
    for (const [args, words] of [
      [[], 'got nothing, allowed: FILE, or --key'],
      [[file, join(folder, 'none')], 'none", which is not there, allowed: a file'],
      [[sub], 'sub", a folder, allowed: a file'],
      [[file, join(sub, 'a.txt')], 'got two for the key "a.txt"'],
      [[file, file, '--key', 'one'], '--key: got "one", allowed with 2 FILE'],
      [[file, '--key', 'a', '--key', 'b'], '--key: got 2 keys'],
      [[file, '--key', 'a*b'], '--key: got "a*b", allowed: 1 to 1024 bytes'],
      [[file, '--expires-in', 'soon'], '--expires-in: got "soon", allowed: seconds, or as in 15m'],
      [[file, '--bind', 'tight'], '--bind: got "tight", allowed: exact, prefix, none'],
      [[file, '--home-region', 'mars-1'], '--home-region: got "mars-1", allowed: us-east-1'],
      [[file, '--media=film'], '--media: got "film", allowed: true, object, folder, false'],
      [[file, '--key', ''], '--key: got "", allowed: 1 to 1024 bytes'],
      [[file, join(sub, 'b.txt'), '--filename', 'x'], '--filename: got it for 2 links, allowed: for one'],
      [['-k', 'a', '-k', 'b', '--filename', 'x'], '--filename: got it for 2 links, allowed: for one'],
    ] as const) {
      const outcome = await onceHere(['issue', ...args, `--local=${api}`], { uploads: watched })
      expect(outcome, args.join(' ')).toMatchObject({
        code: 2,
        said: '',
        noted: expect.stringContaining(words) as string,
      })
    }
    expect(put).toEqual([])
    expect(await once('list')).toMatchObject({ noted: 'there are none' })
  })

  test('takes the value of --media and --local behind = or as the next word, and knows when it is none', async () => {
    const { api, show, folder } = await emulator()
    const file = join(folder, 'index.m3u8')
    writeFileSync(file, '#EXTM3U')
    for (const [args, media] of [
      [['--media', 'object', '--local', api, file], 'object'],
      [['--local', api, '--media', file, '--key', 'films/'], 'folder'],
      [['--local', api, '--media=object', '--', file], 'object'],
      [[file, '--local', api, '--media', 'false'], false],
    ] as const) {
      const issued = await onceHere(['issue', ...args])
      expect(issued, args.join(' ')).toMatchObject({ code: 0 })
      expect(await show(idIn(issued))).toMatchObject({ media })
    }
  })

  test('a link behind --local is no address of an emulator', async () => {
    const link = `http://127.0.0.1:8081/d/E${'A'.repeat(42)}`
    const asked: string[] = []
    const emulatorAt = async (origin: string) => {
      asked.push(origin)
      throw new UnreachableError('not there')
    }
    await onceHere(['status', '--local', link], { apis: { ...apis, emulatorAt } })
    await onceHere(['status', '--local', 'http://127.0.0.1:9', link], { apis: { ...apis, emulatorAt } })
    expect(asked).toEqual(['http://127.0.0.1:8080', 'http://127.0.0.1:9'])
  })

  test('--api with a file needs the name of the deployment whose bucket is meant', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.txt'), 'x')
    const args = ['issue', join(folder, 'a.txt'), '--api', 'https://abc.execute-api.eu-west-1.amazonaws.com/v1']
    const { uploads: watched, put } = watchedUploads()
    const outcome = await onceHere(args, { uploads: watched })
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining('-c name=NAME') as string })
    expect(put).toEqual([])
  })
})

describe('once status', () => {
  test('shows a link by its id and by itself, before and after it was used', async () => {
    const { api, once } = await emulator()
    const { id, url } = await issueAt(api, { key: 'report.txt', receipt: true, reference: 'order 7' })
    const before = await once('status', url)
    expect(before.code).toBe(0)
    expect(before.said).toMatch(new RegExp(`^id +${id}\nstate +live\nkey +report.txt\nreference +order 7\n`))
    expect(before.said).toContain('receipt    none yet')
    await opened(url)
    const after = await once('status', id, '--json')
    expect(JSON.parse(after.said)).toMatchObject({ id, state: 'used', receipt: { viewer: '127.0.0.0/24' } })
    expect((await once('status', url)).said).toMatch(/receipt +20\S+Z by 127\.0\.0\.0\/24 with \S+, in us-east-1/)
  })

  test('one that does not exist ends with 3, and the others are still shown', async () => {
    const { api, once } = await emulator()
    const { id } = await issueAt(api, { key: 'report.txt' })
    const alone = await once('status', 'A'.repeat(22))
    expect(alone).toMatchObject({
      code: 3,
      said: '',
      noted: expect.stringContaining('There is no such link\n') as string,
    })
    const both = await once('status', 'A'.repeat(22), id)
    expect(both).toMatchObject({ code: 3, said: expect.stringContaining(id) as string })
  })

  test('an id that begins with a dash, as one in 64 does, is no option', async () => {
    const { once } = await emulator()
    for (const id of [`-${'A'.repeat(21)}`, `--${'A'.repeat(20)}`]) {
      expect(await once('status', id)).toMatchObject({
        code: 3,
        noted: expect.stringContaining('There is no such link') as string,
      })
    }
  })

  test('what is neither id nor link is not repeated: it may be a secret', async () => {
    const { api, once } = await emulator()
    const { id, url } = await issueAt(api, { key: 'report.txt' })
    for (const wrong of [`${url}x`, url.slice(0, -2), `x${id}`]) {
      const { code, noted } = await once('status', id, wrong)
      expect(code).toBe(2)
      expect(noted).toMatch(/^2\. operand: got \d+ characters, allowed: an id of 22 characters/)
      expect(noted).not.toContain(wrong.slice(-20, -2))
    }
  })
})

describe('once revoke', () => {
  test('revokes links by id and by URL; then nobody can open them', async () => {
    const { api, once } = await emulator()
    const [one, other] = [await issueAt(api, { key: 'report.txt' }), await issueAt(api, { key: 'report.txt' })]
    expect(await once('revoke', one.id, other.url)).toMatchObject({
      code: 0,
      said: `revoked ${one.id}\nrevoked ${other.id}`,
    })
    expect(await opened(one.url)).toBe(403)
    expect(await opened(other.url)).toBe(403)
  })

  test('refuses to revoke a used link, and still revokes the others', async () => {
    const { api, once } = await emulator()
    const used = await issueAt(api, { key: 'report.txt', receipt: true })
    const live = await issueAt(api, { key: 'report.txt' })
    await opened(used.url)
    const outcome = await once('revoke', used.id, live.id, '--json')
    expect(outcome).toMatchObject({ code: 3, said: JSON.stringify({ id: live.id, revoked: true }) })
    expect(outcome.noted).toContain(`${used.id}: The link was used before it could be withdrawn`)
  })
})

describe('once list', () => {
  test('lists by state and reference, as a table or as JSON, as many as wanted', async () => {
    const { api, once } = await emulator()
    const ids: string[] = []
    for (let count = 0; count < 5; count += 1) {
      ids.push((await issueAt(api, { key: 'report.txt', reference: 'order 7' })).id)
    }
    await issueAt(api, { key: 'report.txt', reference: 'other' })
    await once('revoke', ids[0] ?? '')
    const table = await once('list', '--reference', 'order 7', '--state', 'live')
    const first = table.said.split('\n').map(line => line.split(/ +/)[0] ?? '')
    expect(first).toHaveLength(5)
    expect(new Set(first)).toEqual(new Set(['id', ...ids.slice(1)]))
    const json = await once('list', '--reference', 'order 7', '--json')
    const listed = json.said.split('\n').map(line => JSON.parse(line) as LinkView)
    expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    const some = await once('list', '--json', '--limit', '3')
    expect(some.said.split('\n')).toHaveLength(3)
    expect(some.noted).toContain('more than 3')
    const none = await once('list', '--state', 'used')
    expect(none).toMatchObject({ code: 0, said: '', noted: 'there are none' })
  })

  test.each([
    [['--state', 'lost'], '--state: got "lost", allowed: live, used, revoked, expired, not-yet-valid'],
    [['--limit', '0'], '--limit: got "0", allowed: 1 to 100000'],
    [['all'], 'got 1 operands, allowed: none'],
  ])('%j is a wrong command line', async (args, words) => {
    const outcome = await onceHere(['list', '--local=http://127.0.0.1:1', ...args])
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(words) as string })
  })
})

describe('which api is asked', () => {
  test.each([
    [['--local=http://127.0.0.1:1'], 'no emulator answers at http://127.0.0.1:1 (bad port): npm start runs one'],
    [['--local=http://me:secret@127.0.0.1'], '--local: got "http://…@127.0.0.1", allowed: https://HOST/PATH'],
    [['--api', 'https://me:se/cret@h'], '--api: got "https://…@h", allowed: https://HOST/PATH'],
    [['--local=http://files.example.com'], '--local: got "http://files.example.com", allowed: https://HOST/PATH'],
    [['--local', '--region', 'eu-west-1'], '--local: got it together with --api, --region or -c'],
    [['--api', 'files.example.com'], '--api: got "files.example.com", allowed: https://HOST/PATH'],
    [['--region', 'mars-1'], '--region: got "mars-1", allowed: us-east-1'],
  ])('%j: exit code 2, and why', async (args, words) => {
    const outcome = await onceHere(['list', ...args])
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(words) as string })
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '<h1>hello</h1>'],
    ['null', 'null'],
    ['an api that is none', '{"api":"file:///etc"}'],
    ['an api without TLS elsewhere', '{"api":"http://example.com"}'],
  ])('what answers with %s is no emulator', async (_, body) => {
    const { origin } = await serveHere((_request, response) => void response.end(body))
    const outcome = await onceHere(['list', '--local', origin])
    const words = `no emulator answers at ${origin} (the answer, 200, does not say where its api is)`
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(words) as string })
  })

  test('a response that is not understood is reported with its status', async () => {
    const { api } = await emulator()
    const front = await serveHere((_request, response) => void response.writeHead(418).end('<h1>teapot</h1>'))
    const local = () => createClient({ origin: front.origin })
    const outcome = await onceHere(['list', '--local', api], { apis: { ...apis, local } })
    expect(outcome).toMatchObject({ code: 3, noted: 'The request was refused (418)' })
  })

  test('an api that is gone is said not to answer, and why', async () => {
    const { api } = await emulator()
    const gone = await listenOnLoopback(0)
    await gone.close()
    const away = { ...apis, local: () => createClient({ origin: gone.origin, wait: async () => undefined }) }
    const outcome = await onceHere(['list', `--local=${api}`], { apis: away })
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toMatch(/^the api can't be asked: GET \/links: no response, attempt 4: .*ECONNREFUSED/)
  })
})
