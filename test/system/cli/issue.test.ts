import { randomBytes } from 'node:crypto'
import { mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { disk } from '../../../cli/adapters/disk.ts'
import { UnreachableError } from '../../../cli/command.ts'
import type { Disk } from '../../../cli/ports/links.ts'
import { type Client, createClient, NoResponseError } from '../../../client/client.ts'
import { emulator, opened } from '../../support/cli/local-links.ts'
import { onceHere, type Outcome } from '../../support/cli/once-here.ts'

/** Returns the APIs, and the names of the files that they got. */
function watchedApis() {
  const uploaded: string[] = []
  const local = (origin: string) => {
    const client = apis.local(origin)
    const upload: typeof client.upload = (source, options) =>
      client.upload(source, { ...options, onProgress: () => uploaded.push(options.filename ?? '') })
    return { ...client, upload }
  }
  return { apis: { ...apis, local }, uploaded }
}

const idIn = ({ noted }: Pick<Outcome, 'noted'>) => /: ([A-Za-z0-9_-]{22}), expires/.exec(noted)?.[1] ?? ''

describe('once issue', () => {
  test('uploads a file and prints only its link, which opens once', async () => {
    const { once, folder } = await emulator()
    const content = randomBytes(3_000_000).toString('hex')
    writeFileSync(join(folder, 'Röntgen 100%.txt'), content)
    const issued = await once('issue', '--plain', join(folder, 'Röntgen 100%.txt'))
    expect(issued).toMatchObject({ code: 0, said: expect.stringMatching(/^http:\S+\/d\/[\w-]{43}$/) as string })
    expect(issued.noted).toMatch(
      /^[0-9a-f]{32}\/Röntgen 100%\.txt: [\w-]{22}, expires 20\S+Z \(in 1 d\), home us-east-1, plain, works for 30 s from the moment it is opened, bound to the address that opens it$/,
    )
    expect(issued.metered.at(-2)).toMatch(/^Röntgen 100%\.txt {2}\[#{20}\] 100 % {2}6 of 6 MB$/)
    expect(await opened(issued.said)).toBe(content)
    expect(await opened(issued.said)).toBe(403)
  })

  test.each([[[]], [['--key', 'x/']], [['--for', 'mail', '--zip']]])(
    'a file called What now?.pdf is saved under its name, whose key has _ in place of what keys cannot have: %j',
    async options => {
      const { once, folder, show } = await emulator()
      writeFileSync(join(folder, 'What now?.pdf'), 'x')
      const names = options.includes('--zip') ? ['--filename', 'What now?.zip'] : []
      const issued = await once('issue', join(folder, 'What now?.pdf'), ...options, ...names)
      expect(issued).toMatchObject({ code: 0 })
      const { key, filename } = await show(idIn(issued))
      expect([key, filename]).toEqual([
        expect.stringMatching(/^(x|[0-9a-f]{32})\/What now_\.(pdf|zip)$/),
        expect.stringMatching(/^What now\?\.(pdf|zip)$/),
      ])
      const own = await once('issue', join(folder, 'What now?.pdf'), '--filename', 'other.pdf')
      expect(await show(idIn(own))).toMatchObject({ filename: 'other.pdf' })
    },
  )

  test('uploads several files to one folder and prints their links in order', async () => {
    const { once, folder } = await emulator()
    const names = ['a.txt', 'b.txt', 'c.txt']
    for (const name of names) writeFileSync(join(folder, name), `this is ${name}`)
    const { code, said } = await once('issue', '--plain', ...names.map(name => join(folder, name)), '--key', '2026/11/')
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
      '--sender',
      'Dr. Weber',
      '--message',
      'Your X-ray.',
    ]
    const issued = await once('issue', '--plain', '--key', 'report.txt', ...options, ...more)
    const view = await show(idIn(issued))
    expect(view).toMatchObject({
      confirm: true,
      urlSeconds: 60,
      bind: 'none',
      network: '203.0.113.0/24',
      filename: 'a.txt',
      homeRegion: 'eu-west-1',
      reference: 'o 7',
      sender: 'Dr. Weber',
      message: 'Your X-ray.',
    })
    expect(view).not.toHaveProperty('receipt')
    expect(Date.parse(view.expiresAt) - Date.parse(view.issuedAt)).toBe(2 * 24 * 3600_000)
    const [from, until] = ['2099-01-01T00:00:00Z', new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, '')]
    const film = await once(
      'issue',
      '--plain',
      '-k',
      'films/one/index.m3u8',
      '--allow-missing',
      '--media',
      '--receipt',
      '--expires-at',
      until,
    )
    expect(await show(idIn(film))).toMatchObject({ media: 'folder', receipt: null, expiresAt: until, confirm: false })
    const early = await once('issue', '--plain', '-k', 'report.txt', '--not-before', from)
    expect(early).toMatchObject({ code: 3, said: '', noted: expect.stringContaining('--not-before: got') as string })
  })

  test('a link is for a mail, unless --for names another way or --plain none; other options have precedence', async () => {
    const { once, show, folder } = await emulator()
    writeFileSync(join(folder, 'a.txt'), 'x')
    const mailed = await once('issue', join(folder, 'a.txt'))
    expect(await show(idIn(mailed))).toMatchObject({ confirm: true, receipt: null, bind: 'client', urlSeconds: 3600 })
    const plain = await once('issue', '--plain', '-k', 'report.txt')
    expect(await show(idIn(plain))).toMatchObject({ confirm: false, bind: 'exact', urlSeconds: 30 })
    const program = await once('issue', '--for=program', '-k', 'report.txt', '--bind', 'prefix', '--no-receipt')
    const view = await show(idIn(program))
    expect(view).toMatchObject({ confirm: false, bind: 'prefix', urlSeconds: 900 })
    expect(view).not.toHaveProperty('receipt')
    expect(mailed.noted).toMatch(
      /, expires 20\S+Z \(in 3 d\), home us-east-1, for mail, asks for a confirmation, works for 1 h from the moment it is opened, bound to the browser or program that opens it, or to its address$/,
    )
    const refused = await once('issue', '--for', 'fax', '-k', 'report.txt')
    expect(refused).toMatchObject({ code: 2, said: '' })
    expect(refused.noted).toContain('--for: got "fax", allowed: mail, chat, phone, offline, program')
  })

  test('says how long each download works, and advises another binding where it may be lost', async () => {
    const { once, show, folder } = await emulator()
    const large = join(folder, 'large.bin')
    writeFileSync(large, Buffer.alloc(20_000_000))
    const issued = await once('issue', '--plain', large, '--key', 'large.bin')
    expect(issued).toMatchObject({ code: 0, said: expect.stringMatching(/^http:\S+$/) as string })
    expect(issued.noted).toMatch(
      /^large\.bin: At 2 Mbit\/s, a download of this file takes 1 min 20 s\. .* With bind "client" it can\.$/m,
    )
    const bound = await once('issue', '--plain', '-k', 'large.bin', '--bind', 'client')
    expect(bound.noted).toMatch(
      /^large\.bin: .*, works for 1 min 20 s from the moment it is opened, bound to the browser or program that opens it, or to its address$/,
    )
    expect(await show(idIn(bound))).toMatchObject({ bind: 'client', urlSeconds: 80, receipt: null })
    expect((await once('status', idIn(bound))).said).toMatch(/^download +works for 1 min 20 s from the moment/m)
    const json = await once('issue', '--plain', '-k', 'large.bin', '--json')
    expect(JSON.parse(json.said)).toMatchObject({
      bind: 'exact',
      urlSeconds: 30,
      advice: expect.stringContaining('1 min 20 s') as string,
    })
  })

  test('several links for existing objects take one request, and if it fails as a whole, each is refused', async () => {
    const { api } = await emulator()
    const client = createClient({ origin: api })
    const lines: string[] = []
    const counted = createClient({
      origin: api,
      fetch: async (url, init) => (lines.push(`${init.method} ${new URL(url).pathname}`), fetch(url, init)),
    })
    const keys = ['report.txt', 'b', 'report.txt'].flatMap(key => ['-k', key])
    const local = (own: typeof client) => ({ apis: { ...apis, local: () => own } })
    const some = await onceHere(['issue', '--plain', ...keys, `--local=${api}`], local(counted))
    expect(some).toMatchObject({ code: 3, noted: expect.stringMatching(/^b: There is no such object/m) as string })
    expect(some.said.split('\n')).toHaveLength(2)
    expect(lines).toEqual(['POST /links/batch'])
    const refused = createClient({
      origin: api,
      fetch: async () => new Response('no', { status: 403 }),
    })
    const none = await onceHere(['issue', '--plain', ...keys, `--local=${api}`], local(refused))
    expect(none).toMatchObject({ code: 3, said: '' })
    expect(none.noted.match(/^(report\.txt|b): The request was refused \(403\)/gm)).toHaveLength(3)
  })

  test('--json prints the key and the response of the API, one line per link', async () => {
    const { once } = await emulator()
    const { said } = await once('issue', '--plain', '-k', 'report.txt', '-k', 'b.txt', '--allow-missing', '--json')
    const links = said.split('\n').map(line => JSON.parse(line) as { readonly key: string })
    const names = ['key', 'id', 'url', 'expiresAt', 'homeRegion', 'pinned']
    for (const link of links) expect(Object.keys(link)).toEqual(expect.arrayContaining(names))
    expect(links.map(({ key }) => key)).toEqual(['report.txt', 'b.txt'])
  })

  test('wrong fields leave no link and upload no file', async () => {
    const { api, once, folder } = await emulator()
    const { apis: watched, uploaded } = watchedApis()
    writeFileSync(join(folder, 'a.txt'), 'x')
    for (const [wrong, option] of [
      [['--url-seconds', '1'], '--url-seconds'],
      [['--expires-in', '90d'], '--expires-in'],
    ] as const) {
      const outcome = await onceHere(['issue', '--plain', join(folder, 'a.txt'), ...wrong, `--local=${api}`], {
        apis: watched,
      })
      expect(outcome).toMatchObject({ code: 3, said: '' })
      expect(outcome.noted).toMatch(new RegExp(`^The request has invalid fields\n${option}: got [^\n]+\nrequest `))
    }
    expect(uploaded).toEqual([])
    expect(await once('list')).toMatchObject({ noted: 'no links' })
    expect(await once('issue', '--plain', join(folder, 'a.txt'))).toMatchObject({ code: 0 })
  })

  test('the link is issued after the upload, for the version that it returned', async () => {
    const { api, folder, once, show } = await emulator()
    writeFileSync(join(folder, 'a.txt'), 'mine')
    const client = apis.local(api)
    const upload: typeof client.upload = async (source, options) => {
      const stored = await client.upload(source, options)
      // Somebody else writes the same key before the link is issued.
      await client.upload(new Blob(['theirs']), { key: 'a.txt', replace: true })
      return stored
    }
    const ports = { apis: { ...apis, local: () => ({ ...client, upload }) } }
    const issued = await onceHere(
      ['issue', '--plain', join(folder, 'a.txt'), '--key', 'a.txt', `--local=${api}`],
      ports,
    )
    expect(issued).toMatchObject({ code: 0 })
    expect(await show(idIn(issued))).toMatchObject({ pinned: true, versionId: expect.any(String) as string, size: 4 })
    expect((await once('status', idIn(issued))).said).toMatch(/^version +\S+\nsize +4 B$/m)
    expect(await opened(issued.said)).toBe('mine')
  })

  /** An API that refuses every link after its check of the fields. */
  function issuingFailsAt(api: string, more: Partial<Client> = {}) {
    const client = createClient({ origin: api })
    const issue: typeof client.issue = async link => {
      if (link.allowMissing === true) return client.issue(link)
      throw new NoResponseError('no response')
    }
    return { ...apis, local: () => ({ ...client, issue, ...more }) }
  }

  test('if the link can not be issued after the upload, it says which object and version remain', async () => {
    const { api, folder, once } = await emulator()
    writeFileSync(join(folder, 'a.txt'), 'mine')
    const ports = { apis: issuingFailsAt(api) }
    const outcome = await onceHere(['issue', '--plain', join(folder, 'a.txt'), '--local', api], ports)
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toMatch(/^the API may have issued a link: nobody has it, and it expires$/m)
    const [, advice = ''] =
      /^the file was uploaded and remains; .*: once (issue --key=\S+ --version-id=\S+)$/m.exec(outcome.noted) ?? []
    const issued = await once(...advice.split(' '), '--plain')
    expect(await opened(issued.said)).toBe('mine')
  })

  test('that advice can be copied, also if the key has spaces and the version begins with a dash', async () => {
    const { api, folder } = await emulator()
    writeFileSync(join(folder, 'a.txt'), 'mine')
    const upload = async () => ({ key: "it's mine", versionId: '-v' })
    const ports = { apis: issuingFailsAt(api, { upload }) }
    const { noted } = await onceHere(
      ['issue', '--plain', join(folder, 'a.txt'), '--key', "it's mine", `--local=${api}`],
      ports,
    )
    expect(noted).toContain(String.raw`once issue --key='it'\''s mine' --version-id=-v`)
  })

  test('a chosen key that has an object is refused; with --replace the first link still delivers the first bytes', async () => {
    const { folder, once } = await emulator()
    const file = join(folder, 'a.txt')
    writeFileSync(file, 'first')
    const first = await once('issue', '--plain', file, '--key', 'k')
    writeFileSync(file, 'second')
    const refused = await once('issue', '--plain', file, '--key', 'k')
    expect(refused).toMatchObject({ code: 3, said: '' })
    expect(refused.noted).toMatch(
      /^The object exists already\nUse a key that has no object, or add --replace: links to its present version/,
    )
    const second = await once('issue', '--plain', file, '--key', 'k', '--replace')
    expect(await opened(first.said)).toBe('first')
    expect(await opened(second.said)).toBe('second')
  })

  test('an object that does not exist is refused, unless --allow-missing; then it warns that no version is named', async () => {
    const { once, show } = await emulator()
    expect(await once('issue', '--plain', '-k', 'none')).toMatchObject({ code: 3, said: '' })
    const missing = await once('issue', '--plain', '-k', 'none', '--allow-missing')
    expect(missing).toMatchObject({
      code: 0,
      noted: expect.stringMatching(/^none: the link names no version, so/m) as string,
    })
    expect(await show(idIn(missing))).toMatchObject({ pinned: false })
    const { noted, said } = await once('issue', '--plain', '-k', 'report.txt')
    expect(noted).not.toContain('names no version')
    expect(await opened(said)).toBe('what it says')
  })

  test('of one command, killed or repeated, one object is made; of another file of this name, size and time another', async () => {
    const { folder, once, show } = await emulator()
    const file = join(folder, 'a.bin')
    const [content, other] = [randomBytes(20_000_000), randomBytes(20_000_000)]
    const at = new Date(1e12)
    const issued: Awaited<ReturnType<typeof show>>[] = []
    for (const bytes of [content, content, other]) {
      writeFileSync(file, bytes)
      utimesSync(file, at, at)
      issued.push(await show(idIn(await once('issue', file))))
    }
    expect(issued[1]?.key).toBe(issued[0]?.key)
    expect(issued[1]?.versionId).toBe(issued[0]?.versionId)
    expect(issued[2]?.key).not.toBe(issued[0]?.key)
  })

  test('of a file whose object was deleted since, the same command makes another one', async () => {
    const { api, folder, once, show } = await emulator()
    const file = join(folder, 'a.txt')
    writeFileSync(file, 'mine')
    const { key, versionId } = await show(idIn(await once('issue', '--plain', file)))
    await fetch(`${api}/files/${key}?versionId=${versionId}`, { method: 'DELETE' })
    const again = await once('issue', '--plain', file)
    expect(again).toMatchObject({ code: 0, noted: expect.not.stringContaining('remains') as string })
    expect(await opened(again.said)).toBe('mine')
  })

  test('a file larger than CloudFront delivers is refused before its first byte is read', async () => {
    const { folder, once } = await emulator()
    const large = join(folder, 'large.img')
    writeFileSync(large, '')
    truncateSync(large, 50e9 + 1)
    const outcome = await once('issue', large)
    expect(outcome).toMatchObject({ code: 3, said: '', metered: [''] })
    expect(outcome.noted).toContain(
      'bytes: got 50000000001, allowed: a whole number of bytes, 0 to 50000000000: CloudFront delivers no larger file',
    )
  })

  test('a file that cannot be read is reported before anything is uploaded', async () => {
    const { api, folder } = await emulator()
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(folder, name), 'x')
    const { apis: watched, uploaded } = watchedApis()
    const mustBeReadable: Disk['mustBeReadable'] = async file => {
      if (file.endsWith('b.txt')) throw new Error('EACCES: permission denied')
    }
    const files = [join(folder, 'a.txt'), join(folder, 'b.txt')]
    const ports = { apis: watched, disk: { ...disk, mustBeReadable } }
    const outcome = await onceHere(['issue', '--plain', ...files, `--local=${api}`], ports)
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining('b.txt", EACCES') as string })
    expect(uploaded).toEqual([])
  })

  test('whatever is wrong with files is reported before anything is uploaded', async () => {
    const { api, folder, once } = await emulator()
    const { apis: watched, uploaded } = watchedApis()
    const [file, sub] = [join(folder, 'a.txt'), join(folder, 'sub')]
    const reversed = join(folder, '\u202etxt.exe')
    writeFileSync(file, 'x')
    writeFileSync(reversed, 'x')
    mkdirSync(sub)
    writeFileSync(join(sub, 'a.txt'), 'y')
    writeFileSync(join(sub, 'b.txt'), 'z')
    for (const [args, text] of [
      [[], 'FILE: got nothing, allowed: a file, or --key'],
      [[file, join(folder, 'none')], 'none", which does not exist, allowed: a file'],
      [[sub], 'sub", a folder, allowed: a file'],
      [[file, join(sub, 'a.txt'), '--key', 'x/'], 'got two for the key "x/a.txt"'],
      [[reversed], 'FILE: got the name "\\u202etxt.exe", allowed: 1 to 255 characters without control'],
      [[file, '--replace'], '--replace: got it alone, allowed: with FILE and --key'],
      [[file, '--version-id', 'v'], '--version-id: got it with FILE, allowed: with --key alone'],
      [['-k', 'a', '-k', 'b', '--version-id', 'v'], '--version-id: got it with 2 keys, allowed: with one'],
      [[file, file, '--key', 'one'], '--key: got "one", allowed with 2 FILE'],
      [[file, '--key', 'a', '--key', 'b'], '--key: got 2 keys'],
      [[file, '--key', 'd/'], '--key: got "d/a.txt", allowed: 1 to 1024 bytes'],
      [[file, '--expires-in', 'soon'], '--expires-in: got "soon", allowed: seconds, or a time such as 15m'],
      [[file, '--media=film'], '--media: got "film", allowed: true, object, folder, false'],
      [[file, join(sub, 'b.txt'), '--filename', 'x'], '--filename: got it with 2 links, allowed: with one'],
    ] as const) {
      const outcome = await onceHere(['issue', '--plain', ...args, `--local=${api}`], { apis: watched })
      expect(outcome, args.join(' ')).toMatchObject({
        code: 2,
        said: '',
        noted: expect.stringContaining(text) as string,
      })
    }
    expect(uploaded).toEqual([])
    expect(await once('list')).toMatchObject({ noted: 'no links' })
  })

  test('accepts the value of --media and --local after = or as the next argument, or none', async () => {
    const { api, show, folder } = await emulator()
    const file = join(folder, 'index.m3u8')
    writeFileSync(file, '#EXTM3U')
    for (const [args, media] of [
      [['--media', 'object', '--local', api, file], 'object'],
      [['--local', api, '--media', file, '--key', 'films/'], 'folder'],
      [['--local', api, '--media=object', '--', file], 'object'],
      [[file, '--local', api, '--media', 'false'], false],
    ] as const) {
      const issued = await onceHere(['issue', '--plain', ...args])
      expect(issued, args.join(' ')).toMatchObject({ code: 0 })
      expect(await show(idIn(issued))).toMatchObject({ media })
    }
  })

  test('a link after --local is not the address of an emulator', async () => {
    const link = `http://127.0.0.1:8081/d/E${'A'.repeat(42)}`
    const origins: string[] = []
    const emulatorAt = async (origin: string) => {
      origins.push(origin)
      throw new UnreachableError('unreachable')
    }
    await onceHere(['status', '--local', link], { apis: { ...apis, emulatorAt } })
    await onceHere(['status', '--local', 'http://127.0.0.1:9', link], { apis: { ...apis, emulatorAt } })
    expect(origins).toEqual(['http://127.0.0.1:8080', 'http://127.0.0.1:9'])
  })
})
