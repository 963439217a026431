import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { forwards } from '../../support/client/scripted-api.ts'
import { emulator, opened } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { serveHere } from '../../support/machine/serve.ts'

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
  const { child, ended } = start(api, '--url-seconds', '1')
  child.stdin.write('x')
  const { code, said, noted } = await ended
  expect({ code, said }).toEqual({ code: 3, said: '' })
  expect(noted).toMatch(/^The request has invalid fields\n--url-seconds: got 1/)
})

test('standard input is one file, alone', async () => {
  const outcome = await onceHere(['issue', '--plain', '-', 'report.txt', '--local'])
  expect(outcome).toMatchObject({ code: 2, said: '' })
  expect(outcome.noted).toContain('FILE: got - among 2, allowed: alone')
})

test.each([
  ['a file', []],
  ['a zip', ['--zip']],
])(
  '%s, killed in the middle, goes on from another process, and at most three parts are sent twice',
  async (_, args) => {
    const { api, folder } = await emulator()
    const content = randomBytes(80_000_000)
    writeFileSync(join(folder, 'large.bin'), content)
    const signed: number[] = []
    const front = await serveHere((request, response) => {
      if (request.url === '/.well-known/emulator') return void response.end(JSON.stringify({ api: front.origin }))
      void text(request).then(body => {
        if (request.url?.endsWith('/parts') === true) {
          const { parts } = JSON.parse(body) as { readonly parts: readonly { readonly number: number }[] }
          signed.push(...parts.map(({ number }) => number))
          if (signed.length >= 6) child.kill('SIGKILL')
        }
        return forwards(api, 'respond')(response, request, body)
      })
    })
    const command = [
      join(root, 'cli/main.ts'),
      'issue',
      join(folder, 'large.bin'),
      ...args,
      '--plain',
      '--local',
      front.origin,
    ]
    const child = spawn(process.execPath, command)
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    const { code, said } = await onceHere(command.slice(1))
    expect(code).toBe(0)
    expect([...new Set(signed)].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(signed.length - 10).toBeLessThanOrEqual(3)
    const file = join(folder, 'arrived')
    expect(await onceHere(['redeem', said, '-o', file])).toMatchObject({ code: 0 })
    expect(readFileSync(file).includes(content)).toBe(true)
  },
)

test('a file that is written in place meanwhile, with the same size, gets no link', async () => {
  const { api, folder } = await emulator()
  const file = join(folder, 'large.bin')
  writeFileSync(file, Buffer.alloc(40_000_000, 'a'))
  const front = await serveHere((request, response) => {
    if (request.url === '/.well-known/emulator') return void response.end(JSON.stringify({ api: front.origin }))
    if (request.url?.endsWith('/parts') === true) writeFileSync(file, Buffer.alloc(40_000_000, 'b'), { flag: 'r+' })
    void text(request).then(body => forwards(api, 'respond')(response, request, body))
  })
  const outcome = await onceHere(['issue', file, '--plain', '--local', front.origin])
  expect(outcome).toMatchObject({ code: 2, said: '' })
  expect(outcome.noted).toContain('which changed while it was read: try again')
})
