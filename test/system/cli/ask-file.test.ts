import { describe, expect, test } from 'vitest'
import { emulator } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { ask } from '../../support/machine/http.ts'

const idIn = (noted: string) => /^([\w-]{22}), expires/.exec(noted)?.[1] ?? ''

describe('once ask', () => {
  test('prints only the link, and says what it takes and where the file will be', async () => {
    const { once, show } = await emulator()
    const types = ['--types', 'application/pdf, image/*']
    const { code, said, noted } = await once('ask', 'inbox/', '--max-bytes', '50MB', ...types, '--for', 'phone')
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^http:\S+\/d\/[\w-]{43}$/) as string })
    const id = idIn(noted)
    expect(noted.split('\n')).toEqual([
      expect.stringMatching(
        /^\S{22}, expires \S+Z \(in 1 d\), home us-east-1, for phone, takes one file, at most 50 MB, application\/pdf or image\/\*, may take 4 h from the moment the link is opened$/,
      ) as string,
      `nothing is known of the file until it has arrived; then once status ${id} shows it`,
    ])
    const upload = { prefix: 'inbox/', maxBytes: 50_000_000, types: ['application/pdf', 'image/*'] }
    expect(await show(id)).toMatchObject({ upload, confirm: true, bind: 'none', receipt: null, urlSeconds: 4 * 3600 })
  })

  test('takes the options of a link that apply, and prints JSON', async () => {
    const { once, show } = await emulator()
    const times = ['--expires-in', '2d', '--url-seconds', '1h']
    const texts = [
      '--reference',
      'o 7',
      '--sender',
      'Dr. Weber',
      '--message',
      'Your X-ray.',
      '--home-region',
      'eu-west-1',
    ]
    const guards = ['--network', '203.0.113.0/24', '--max-tries', '3', '--passphrase', '--json']
    const { code, said } = await once('ask', '--max-bytes', '1', ...times, ...texts, ...guards)
    const link = JSON.parse(said) as { readonly id: string }
    expect(code).toBe(0)
    expect(link).toMatchObject({
      upload: { maxBytes: 1 },
      urlSeconds: 3600,
      passphrase: expect.any(String) as string,
    })
    expect(await show(link.id)).toMatchObject({
      key: 'received',
      urlSeconds: 3600,
      reference: 'o 7',
      sender: 'Dr. Weber',
      message: 'Your X-ray.',
      homeRegion: 'eu-west-1',
      network: '203.0.113.0/24',
      passphrase: { tries: 0, maxTries: 3 },
    })
  })

  test.each([
    [['a/', 'correct horse', '--max-bytes', '1'], 'PREFIX: got 2 operands'],
    [['--max-bytes', '1', '--passphrase', 'correct horse'], 'PREFIX: got 1 operands'],
    [[], '--max-bytes: got nothing'],
    [['a/', '--max-bytes', '5 MiB'], '--max-bytes: got "5 MiB"'],
    [['a/', '--max-bytes', '1', '--for', 'offline'], '--for: got "offline", allowed: mail, chat, phone, program'],
    [['a/', '--max-bytes', '1', '--bind', 'none'], '--bind: not known'],
    [['a/', '--max-bytes', '1', '--plain'], '--plain: not known'],
  ])('with %j is a wrong command line, of which nothing is sent', async (args, message) => {
    const { code, said, noted } = await onceHere(['ask', ...args, '--local=http://127.0.0.1:1'])
    expect({ code, said }).toEqual({ code: 2, said: '' })
    expect(noted).toContain(message)
    expect(noted).not.toContain('correct horse')
  })

  test('reports what the API refuses under the names of the options', async () => {
    const { once } = await emulator()
    const wrong = await once('ask', 'd/', '--max-bytes', '1', '--types', 'image/*,pdf')
    expect(wrong).toMatchObject({ code: 3, said: '' })
    expect(wrong.noted).toMatch(/upload\.prefix: got "d\/", allowed: .*\n--types: got "pdf", allowed: a media type/)
    expect(await once('ask', 'inbox/', '--max-bytes', '5TB')).toMatchObject({
      code: 3,
      noted: expect.stringContaining(
        '--max-bytes: got 5000000000000, allowed: a whole number of bytes, 1 to 50000000000: CloudFront',
      ) as string,
    })
  })
})

describe('a link that takes a file', () => {
  const rowsOf = ({ said }: { readonly said: string }) => said.split('\n').map(line => line.split(/ {2,}/)[0])

  test('has no rows of a download in once status, before and after its use', async () => {
    const { once } = await emulator()
    const { said: link } = await once('ask', 'inbox/', '--max-bytes', '1500000000')
    const before = await once('status', link)
    expect(before.said).toMatch(/^takes +one file, at most 1\.5 GB$/m)
    expect(before.said).toMatch(/^upload +may take 4 h from the moment the link is opened$/m)
    const rows = [
      'id',
      'state',
      'key',
      'issued',
      'confirm',
      'expires',
      'home',
      'takes',
      'upload',
      'receipt',
      'unredeemed',
    ]
    expect(rowsOf(before)).toEqual(rows)
    expect(before.said).not.toMatch(/download|version/)
    const opened = await ask(link, { method: 'POST', headers: { accept: 'application/json', 'idempotency-key': 'a' } })
    expect(JSON.parse(opened.body)).toMatchObject({ token: expect.any(String) as string })
    const after = await once('status', link)
    expect(rowsOf(after)).toEqual([...rows.slice(0, -1), 'received', 'unredeemed'])
    expect(after.said).toMatch(/^received +no file so far$/m)
    expect(after.said).toMatch(/^state +used$/m)
  })

  test('is revoked and replaced in words for an upload, whose right ends with it', async () => {
    const { once } = await emulator()
    const { said: link } = await once('ask', 'inbox/', '--max-bytes', '1kB')
    const { said: another, noted } = await once('replace', link)
    expect(noted).toMatch(/: replaced by \S{22}, expires \S+Z, may take 4 h from the moment the link is opened$/)
    const headers = { accept: 'application/json', 'idempotency-key': 'a' }
    const { url, token } = JSON.parse((await ask(another, { method: 'POST', headers })).body) as Record<string, string>
    expect(await once('revoke', another)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^revoked \S{22}$/) as string,
    })
    const file = { method: 'POST', headers: { 'once-upload': token ?? '', 'content-type': 'application/json' } }
    const begun = await ask(url ?? '', { ...file, body: '{"filename":"a","bytes":1}' })
    expect([begun.status, JSON.parse(begun.body)]).toMatchObject([409, { reason: 'link-revoked' }])
  })

  test('is refused by once redeem, unused and without a request', async () => {
    const { once } = await emulator()
    const { said: link } = await once('ask', 'inbox/', '--max-bytes', '1kB')
    const refused = await onceHere(['redeem', link])
    expect(refused).toMatchObject({ code: 2, said: '' })
    expect(refused.noted).toMatch(/^LINK: got one that takes a file, .* it was not used: open it in a browser/)
    const { said } = await once('status', link)
    expect(said).toMatch(/^state +live$/m)
    expect(said).toMatch(/^unredeemed +unconfirmed 0, /m)
  })
})
