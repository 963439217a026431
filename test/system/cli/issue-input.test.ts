import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { emulator, opened } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { serveHere } from '../../support/serve.ts'

const root = join(import.meta.dirname, '../../..')

/** Starts `once issue -` against an emulator; its standard input is open. */
function start(api: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), 'issue', '-', '--plain', `--local=${api}`, ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  // A command that refuses reads no more.
  child.stdin.on('error', () => undefined)
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { child, ended: ended.then(([said, noted, [code]]) => ({ code: code as number, said: said.trim(), noted })) }
}

test('once issue - uploads what another program writes, whenever that comes, and prints only the link', async () => {
  const { api } = await emulator()
  const { child, ended } = start(api, '--filename', 'dump.sql')
  for (const part of ['first, ', 'second, ', 'third']) {
    child.stdin.write(part)
    await pause(50)
  }
  child.stdin.end()
  const { code, said, noted } = await ended
  expect({ code, noted }).toEqual({ code: 0, noted: expect.stringMatching(/^[0-9a-f]{32}\/dump\.sql: /) as string })
  expect(said).toMatch(/^http:\S+$/)
  expect(await opened(said)).toBe('first, second, third')
})

test('its file has the name of the key, and without one is called file', async () => {
  const { api } = await emulator()
  for (const [args, key] of [
    [['--key', 'x/y.csv'], 'x/y.csv'],
    [['--key', 'x/'], 'x/file'],
    [[], '/file'],
  ] as const) {
    const { child, ended } = start(api, ...args)
    child.stdin.end('text')
    const { code, said, noted } = await ended
    expect({ code, noted }).toMatchObject({ code: 0, noted: expect.stringContaining(`${key}: `) as string })
    expect(await opened(said)).toBe('text')
  }
})

test('nothing to read, as from a program that failed, is no file', async () => {
  const { child, ended } = start((await emulator()).api)
  child.stdin.end()
  expect(await ended).toMatchObject({ code: 2, said: '', noted: expect.stringMatching(/^standard input: got nothing/) })
})

test('a refusal ends it at once, also while the other program has not ended', async () => {
  const { api } = await emulator()
  const { child, ended } = start(api, '--key', 'report.txt')
  child.stdin.write('x')
  const { code, said, noted } = await ended
  expect({ code, said }).toEqual({ code: 3, said: '' })
  expect(noted).toMatch(/^The object exists already\n--key: got "report\.txt"/)
})

test('standard input is one file, alone', async () => {
  const outcome = await onceHere(['issue', '--plain', '-', 'report.txt', '--local'])
  expect(outcome).toMatchObject({ code: 2, said: '' })
  expect(outcome.noted).toContain('FILE: got - among 2, allowed: alone')
})

/** Longest resident memory of the process, in kB, and a stream that is larger. 2 GB were run by hand: 248 MB. */
const maxResidentKb = 300_000
const size = 320_000_000

test('an upload of unknown size goes to S3 in parts, and its memory is bounded', async () => {
  const parts: number[] = []
  const { origin } = await serveHere((request, response) => {
    const { method, url = '', headers } = request
    let bytes = 0
    request
      .on('data', (chunk: Buffer) => (bytes += chunk.length))
      .on('end', () => {
        const hash = { etag: '"e"', 'x-amz-checksum-sha256': String(headers['x-amz-checksum-sha256']) }
        const started = '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'
        if (method === 'POST' && url.includes('?uploads')) return void response.end(started)
        if (!url.includes('partNumber')) return void response.end('<CompleteMultipartUploadResult/>')
        parts.push(bytes)
        response.writeHead(200, hash).end()
      })
  })
  const program = `
    import { uploads } from ${JSON.stringify(join(root, 'cli/adapters/uploads.ts'))}
    const upload = { file: undefined, key: 'a', replace: true, type: 'text/plain', onProgress() {}, signal: new AbortController().signal }
    await uploads().toBucket(upload, { name: 'bucket', region: 'eu-west-1', owner: '123456789012' })
    console.log(process.resourceUsage().maxRSS)`
  const node = `${process.execPath} --max-semi-space-size=1 --input-type=module --eval "$PROGRAM"`
  const aws = { AWS_ENDPOINT_URL_S3: origin, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }
  const env = { ...process.env, ...aws, PROGRAM: program }
  const child = spawn('sh', ['-c', `head -c ${size} /dev/zero | ${node}`], { env, detached: true })
  onTestFinished(() => void (child.exitCode === null && process.kill(-(child.pid ?? 0), 'SIGKILL')))
  const [said, noted] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(noted).toBe('')
  expect(Number(said)).toBeGreaterThan(0)
  expect(Number(said)).toBeLessThan(maxResidentKb)
  expect(parts.reduce((sum, each) => sum + each, 0)).toBe(size)
  expect(parts).toHaveLength(Math.ceil(size / (16 * 1024 * 1024)))
})
