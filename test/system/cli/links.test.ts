import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { linkIdsOf } from '../../../cli/links/operands.ts'
import { createClient, type LinkView } from '../../../client/client.ts'
import { emulator, opened } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { closedOrigin } from '../../support/machine/ports.ts'
import { serveHere } from '../../support/machine/serve.ts'

/** One id in 64 begins with a dash. */
const dashedId = `-${'A'.repeat(21)}`

describe('once status', () => {
  test('shows a link by id and by URL, before and after it was used', async () => {
    const { api, once } = await emulator()
    const { id, url } = await issueAt(api, { key: 'report.txt', receipt: true, reference: 'order 7' })
    const before = await once('status', url)
    expect(before.code).toBe(0)
    expect(before.said).toMatch(new RegExp(`^id +${id}\nstate +live\nkey +report.txt\n[^]*^reference +order 7\n`, 'm'))
    expect(before.said).toMatch(/^receipt +none yet$/m)
    await opened(url)
    const after = await once('status', id, '--json')
    expect(JSON.parse(after.said)).toMatchObject({ id, state: 'used', receipt: { viewer: '127.0.0.0/24' } })
    expect((await once('status', url)).said).toMatch(/receipt +20\S+Z by 127\.0\.0\.0\/24 with \S+, in us-east-1/)
  })

  test('has a row for each use of a link that was issued for several clients', async () => {
    const { once, folder } = await emulator()
    const issued = await once('issue', '--key', 'report.txt', '--uses', '3', '--json')
    const { url } = JSON.parse(issued.said) as { url: string }
    expect((await once('status', url)).said).toMatch(/^uses +0 of 3$/m)
    for (const key of ['phone', 'laptop', 'phone'])
      expect((await onceHere(['redeem', url, '--idempotency-key', key, '-o', folder])).code).toBe(0)
    const { said } = await once('status', url)
    expect(said).toMatch(/^state +live$/m)
    expect(said).toMatch(/^uses +2 of 3$/m)
    expect(said.match(/^use +20\S+Z by 127\.0\.0\.0\/24 with \S+, in us-east-1; URL expiry 20\S+Z/gm)).toHaveLength(2)
    expect(said).not.toMatch(/^receipt/m)
  })

  test('and once list say in the same words how often a passphrase was tried', async () => {
    const { api, once } = await emulator()
    const { id, url } = await issueAt(api, { key: 'report.txt', passphrase: 'correct horse' })
    await ask(url, { headers: { 'once-passphrase': 'wrong battery' } })
    expect((await once('status', id)).said).toMatch(/^passphrase +1 of 5 tries made$/m)
    expect((await once('list')).said).toMatch(new RegExp(`^${id} .* 1 of 5 tries made +report.txt`, 'm'))
  })

  test('a link that does not exist ends with 3, and the others are still shown', async () => {
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

  test('an id that begins with a dash is not an option', async () => {
    const { once } = await emulator()
    for (const id of [dashedId, `--${'A'.repeat(20)}`]) {
      expect(await once('status', id)).toMatchObject({
        code: 3,
        noted: expect.stringContaining('There is no such link') as string,
      })
    }
  })

  test('an operand that is neither id nor link is not repeated: it may be a secret', async () => {
    const { api, once } = await emulator()
    const { id, url } = await issueAt(api, { key: 'report.txt' })
    for (const wrong of [`${url}x`, url.slice(0, -2), `x${id}`]) {
      for (const first of [id, dashedId]) {
        const { code, noted } = await once('status', first, wrong)
        expect(code).toBe(2)
        expect(noted).toMatch(/^operand 2: got \d+ characters, allowed: an id of 22 characters/)
        expect(noted).not.toContain(wrong.slice(-20, -2))
      }
    }
  })
})

describe('once revoke', () => {
  test('revokes links by id and by URL; then no viewer can open them', async () => {
    const { api, once } = await emulator()
    const [one, other] = [await issueAt(api, { key: 'report.txt' }), await issueAt(api, { key: 'report.txt' })]
    expect(await once('revoke', one.id, other.url)).toMatchObject({
      code: 0,
      said: `revoked ${one.id}\nrevoked ${other.id}`,
    })
    expect(await opened(one.url)).toBe(403)
    expect(await opened(other.url)).toBe(403)
  })

  test('says of a used link with a receipt until when its URL works, or when that ended', async () => {
    const { api, once } = await emulator()
    const link = await issueAt(api, { key: 'report.txt', receipt: true })
    await opened(link.url)
    const { receipt } = JSON.parse((await once('status', link.id, '--json')).said) as LinkView
    const { urlExpiresAt = '' } = receipt ?? {}
    expect(await once('revoke', link.id)).toMatchObject({
      code: 0,
      said: `revoked ${link.id}: it was used, and its URL works until ${urlExpiresAt}; to end it now, delete the object's version`,
    })
    const line = JSON.stringify({ id: link.id, revoked: true, capabilityEndsAt: urlExpiresAt })
    expect(await once('revoke', link.id, '--json')).toMatchObject({ code: 0, said: line })
    const status = await once('status', link.id)
    expect(status.said).toMatch(/^state +revoked$/m)
    expect(status.said).toContain(`URL expiry ${urlExpiresAt}`)
  })

  test('refuses a link that was used without a receipt, and still revokes the others', async () => {
    const { api, once } = await emulator()
    const [used, live] = [await issueAt(api, { key: 'report.txt' }), await issueAt(api, { key: 'report.txt' })]
    await opened(used.url)
    const outcome = await once('revoke', used.id, live.id, '--json')
    expect(outcome).toMatchObject({ code: 3, said: JSON.stringify({ id: live.id, revoked: true }) })
    expect(outcome.noted).toContain(`${used.id}: There is no such link`)
  })
})

describe('once replace', () => {
  test('prints another link and its passphrase; then the first one opens nothing', async () => {
    const { api, once } = await emulator()
    const link = await issueAt(api, { key: 'report.txt', passphrase: true })
    const { code, said, noted } = await once('replace', link.url)
    const [url = '', passphrase] = said.split('\n')
    expect([code, url.slice(0, -43)]).toEqual([0, link.url.slice(0, -43)])
    expect(passphrase).toMatch(/^passphrase: [\d-]{14}$/)
    expect(noted).toContain(`${link.id}: replaced by `)
    expect(await opened(link.url)).toBe(403)
    expect((await once('status', url)).said).toMatch(/^state +live$/m)
    const { said: before } = await once('status', link.id)
    expect(before).toMatch(new RegExp(`^state +revoked: replaced by ${linkIdsOf([url])[0]}$`, 'm'))
  })

  test('says until when the URL of a used link works', async () => {
    const { api, once } = await emulator()
    const link = await issueAt(api, { key: 'report.txt', receipt: true })
    await opened(link.url)
    const { code, noted } = await once('replace', link.id)
    expect(code).toBe(3)
    expect(noted).toMatch(/What this link handed out still works[^]*a link whose URL works until 20.*Z/)
  })
})

describe('once list', () => {
  test('lists by state and reference, as a table or as JSON, up to the limit', async () => {
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
    expect((await once('list')).said).not.toContain('tries')
    const none = await once('list', '--state', 'used')
    expect(none).toMatchObject({ code: 0, said: '', noted: 'no links' })
  })

  test.each([
    [['--state', 'lost'], '--state: got "lost", allowed: live, used, revoked, locked, expired, not-yet-valid'],
    [['--limit', '0'], '--limit: got "0", allowed: 1 to 100000'],
    [['all'], 'got 1 operands, allowed: none'],
  ])('%j is a wrong command line', async (args, text) => {
    const outcome = await onceHere(['list', '--local=http://127.0.0.1:1', ...args])
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(text) as string })
  })
})

describe('which API is called', () => {
  test.each([
    [['--local=http://127.0.0.1:1'], 'no emulator at http://127.0.0.1:1 (bad port): start one with npm start'],
    [['--local=http://me:secret@127.0.0.1'], '--local: got "http://…@127.0.0.1", allowed: http://127.0.0.1:PORT'],
    [['--api', 'https://me:se/cret@h'], '--api: got "https://…@h", allowed: https://HOST/PATH'],
    [['--local=http://files.example.com'], '--local: got "http://files.example.com", allowed: http://127.0.0.1:PORT'],
    [['--local', 'https://127.0.0.1:9'], '--local: got "https://127.0.0.1:9", allowed: http://127.0.0.1:PORT'],
    [['--local=http://127.0.0.1.example.com'], '--local: got "http://127.0.0.1.example.com", allowed: http'],
    [['--local=http://[::1]:1'], 'no emulator at http://[::1]:1 (bad port)'],
    [['--local', '--region', 'eu-west-1'], '--local: got it with --region, allowed: without it'],
    [['--api', 'files.example.com'], '--api: got "files.example.com", allowed: https://HOST/PATH'],
  ])('%j: exit code 2, and why', async (args, text) => {
    const outcome = await onceHere(['list', ...args])
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(text) as string })
  })

  test.each([
    ['no JSON', '<h1>hello</h1>'],
    ['an API that is no web address', '{"api":"file:///etc"}'],
    ['an API without TLS on another machine', '{"api":"http://example.com"}'],
    ['an API with TLS on another machine', '{"api":"https://example.com"}'],
  ])('a server that responds with %s is not an emulator', async (_, body) => {
    const { origin } = await serveHere((_request, response) => void response.end(body))
    const outcome = await onceHere(['list', '--local', origin])
    const message = `no emulator at ${origin} (the response, 200, does not name an API)`
    expect(outcome).toMatchObject({ code: 2, said: '', noted: expect.stringContaining(message) as string })
  })

  test('a response that is not understood is reported with its status', async () => {
    const { api } = await emulator()
    const front = await serveHere((_request, response) => void response.writeHead(418).end('<h1>teapot</h1>'))
    const local = () => createClient({ origin: front.origin })
    const outcome = await onceHere(['list', '--local', api], { apis: { ...apis, local } })
    expect(outcome).toMatchObject({ code: 3, noted: 'The request was refused (418)' })
  })

  test('an API that does not respond is reported, with the reason', async () => {
    const { api } = await emulator()
    const origin = await closedOrigin()
    const otherApis = { ...apis, local: () => createClient({ origin, wait: async () => undefined }) }
    const outcome = await onceHere(['list', `--local=${api}`], { apis: otherApis })
    expect(outcome).toMatchObject({ code: 2, said: '' })
    expect(outcome.noted).toMatch(/^the call to the API failed: GET \/links: no response, attempt 4: .*ECONNREFUSED/)
  })
})
