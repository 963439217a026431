import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt, locationOf } from '../../support/http.ts'

const anyVersion = expect.stringMatching(/^[\w-]{32}$/)

const put = (api: string, path: string, body = 'x') => ask(`${api}/files/${path}`, { method: 'PUT', body })

/** Issues a link to `key`, redeems it and returns the content. */
async function contentOf(api: string, key: string): Promise<string> {
  const { url } = await issueAt(api, { key })
  return (await ask(locationOf(await ask(url), url))).body
}

describe('an uploaded file', () => {
  test.each(['report.pdf', 'Röntgenbild № 7 日本.pdf', 'a/b c/100% + d#e&f.txt', "it's (1)!.txt", '.incoming/x'])(
    '%s can be linked to at once, byte for byte',
    async key => {
      const { api } = await emulatorHere({ bucket: temporaryFolder() })
      const content = Buffer.concat([randomBytes(300_000), Buffer.from('end')])
      const path = key.split('/').map(encodeURIComponent).join('/')
      const response = await fetch(`${api}/files/${path}`, { method: 'PUT', body: content })
      expect(response.status).toBe(201)
      expect(await response.json()).toEqual({ key, bytes: content.length, versionId: anyVersion })
      expect(response.headers.get('cache-control')).toBe('no-store')
      const { url } = await issueAt(api, { key })
      const got = await (await fetch(url)).bytes()
      const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
      expect(hash(got)).toBe(hash(content))
    },
  )

  test('replaces one with the same key, which the status shows, and does not change the bucket', async () => {
    const bucket = temporaryFolder()
    writeFileSync(join(bucket, 'f'), 'from the start')
    const { api } = await emulatorHere({ bucket })
    expect(await contentOf(api, 'f')).toBe('from the start')
    expect((await put(api, 'f', 'first')).status).toBe(200)
    expect((await put(api, 'f', 'second')).status).toBe(200)
    expect((await put(api, 'g', 'first')).status).toBe(201)
    expect(await contentOf(api, 'f')).toBe('second')
    expect(readdirSync(bucket)).toEqual(['f'])
    expect(readFileSync(join(bucket, 'f'), 'utf8')).toBe('from the start')
  })

  test('does not hide a folder of the same name in the bucket', async () => {
    const bucket = temporaryFolder()
    mkdirSync(join(bucket, 'a'))
    writeFileSync(join(bucket, 'a', 'b'), 'below')
    const { api } = await emulatorHere({ bucket })
    expect((await put(api, 'a', 'above')).status).toBe(201)
    expect(await contentOf(api, 'a')).toBe('above')
    expect(await contentOf(api, 'a/b')).toBe('below')
  })

  test('may be empty', async () => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    expect(JSON.parse((await put(api, 'f', '')).body)).toEqual({ key: 'f', bytes: 0, versionId: anyVersion })
    expect(await contentOf(api, 'f')).toBe('')
  })

  test('appears whole or not at all: an interrupted upload changes nothing and leaves nothing behind', async () => {
    const data = temporaryFolder()
    const { api } = await emulatorHere({ bucket: temporaryFolder(), data })
    const incoming = () => readdirSync(join(data, 'files', 'incoming'))
    await put(api, 'f', 'whole')
    const socket = connect(Number(new URL(api).port), '127.0.0.1')
    socket.write(`PUT /files/f HTTP/1.1\r\nHost: ${new URL(api).host}\r\nContent-Length: 1000\r\n\r\nhalf`)
    await vi.waitFor(() => expect(incoming()).toHaveLength(1))
    expect(await contentOf(api, 'f')).toBe('whole')
    socket.destroy()
    await vi.waitFor(() => expect(incoming()).toEqual([]))
    expect(await contentOf(api, 'f')).toBe('whole')
  })
})

describe('a key that a link may not name', () => {
  test.each([
    ['an empty key', ''],
    ['a path upwards', '../x'],
    ['a path upwards with an encoded slash', '..%2Fx'],
    ['a path upwards, all encoded', '%2e%2e%2Fx'],
    ['a query', 'a?b'],
    ['half an encoding', 'a%4'],
    ['bytes that are not UTF-8', 'a%FF'],
  ])('%s is refused with an error that names the field, and nothing is written', async (_, path) => {
    const data = temporaryFolder()
    const { api } = await emulatorHere({ bucket: temporaryFolder(), data })
    const response = await put(api, path)
    const got = JSON.stringify(path.slice(0, 200))
    expect(response.status).toBe(400)
    expect(JSON.parse(response.body)).toMatchObject({ errors: [{ field: 'key', got }] })
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(existsSync(join(data, 'files'))).toBe(false)
  })

  test.each([
    ['below an object', 'a/b'],
    ['above other objects', 'c'],
    ['with a name too long for a file system', 'x'.repeat(300)],
  ])('%s is kept, as S3 keeps it', async (_, key) => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    await put(api, 'a')
    await put(api, 'c/d')
    expect((await put(api, key, 'y')).status).toBe(201)
    expect(await contentOf(api, key)).toBe('y')
    expect(await contentOf(api, 'a')).toBe('x')
    expect(await contentOf(api, 'c/d')).toBe('x')
  })
})

describe('an upload', () => {
  test.each(['GET', 'POST', 'PATCH'])('with %s is refused', async method => {
    const { api } = await emulatorHere({ bucket: temporaryFolder() })
    expect(await ask(`${api}/files/f`, { method })).toMatchObject({ status: 405, headers: { allow: 'PUT, DELETE' } })
  })

  test('leaves nothing behind when the emulator ends, even during the upload', async () => {
    const [bucket, temporary] = [temporaryFolder(), temporaryFolder()]
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { api, close } = await emulatorHere({ bucket })
    await put(api, 'f')
    const socket = connect(Number(new URL(api).port), '127.0.0.1').on('error', () => undefined)
    socket.write(`PUT /files/g HTTP/1.1\r\nHost: ${new URL(api).host}\r\nContent-Length: 10\r\n\r\nhalf`)
    const [folder = ''] = readdirSync(temporary)
    await vi.waitFor(() => expect(readdirSync(join(temporary, folder, 'incoming'))).toHaveLength(1))
    await close()
    expect(readdirSync(temporary)).toEqual([])
  })
})
