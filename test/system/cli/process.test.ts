import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { whenEnded } from '../../../tools/bench/child.ts'
import { badGateway, capability, file, scriptedEdge, type Turn } from '../../support/cli/scripted-edge.ts'
import { forwards } from '../../support/client/scripted-api.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'
import { serveHere } from '../../support/machine/serve.ts'

const root = join(import.meta.dirname, '../../..')
const main = join(root, 'cli/main.ts')

/** Starts `once` as a process. */
function start(args: readonly string[], options: { readonly cwd?: string; readonly env?: object } = {}) {
  return startAs(process.execPath, [main, ...args], options)
}

function startAs(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: object },
) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd, env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = whenEnded(child, program)
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  return { child, ended, exited, said: whole(child.stdout), noted: whole(child.stderr) }
}

/** Reads a stream to its end; returns nothing if the test destroyed it. */
async function whole(stream: Readable): Promise<string> {
  return text(stream).catch(() => '')
}

/** Returns the turn, and a promise that resolves when it was taken. */
function announced(turn: Turn) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const announcing: Turn = (response, request) => {
    turn(response, request)
    resolve()
  }
  return { turn: announcing, done: promise }
}

describe('an interrupted once redeem reports what is known of the link, and ends by the signal', () => {
  test('during the download: the bytes that arrived are kept, and the same command goes on with them', async () => {
    const half = announced(response => void response.writeHead(200, { 'content-length': 50_000 }).write('half of it'))
    const { link, keys } = await scriptedEdge([capability()], [half.turn, file(Buffer.from('all of it'))])
    const folder = temporaryFolder()
    const { child, ended, exited, noted } = start(['redeem', link, '-o', folder])
    await Promise.race([half.done, ended])
    const part = join(folder, 'report.bin.part')
    while (readdirSync(folder).length === 0 || readFileSync(part).length === 0) await Promise.race([pause(5), ended])
    child.kill('SIGINT')
    expect(await exited).toEqual({ code: null, signal: 'SIGINT' })
    expect(await noted).toBe(
      `the download broke off after 10 bytes: interrupted\nThe bytes that arrived are in ${part}.\nThe link is used. To go on, run the same command again. The URL works until 2099-01-01T00:00:00Z.\n`,
    )
    expect(readFileSync(part, 'utf8')).toBe('half of it')
    expect(await start(['redeem', link, '-o', folder]).exited).toEqual({ code: 0, signal: null })
    expect(readdirSync(folder)).toEqual(['report.bin'])
    expect(readFileSync(join(folder, 'report.bin'), 'utf8')).toBe('all of it')
    expect(keys).toHaveLength(1)
  })

  test('while it waits for a response: whether the link was used is unknown, and no file is left', async () => {
    const silent = announced(() => undefined)
    const { link } = await scriptedEdge([silent.turn])
    const folder = temporaryFolder()
    const { child, ended, exited, noted } = start(['redeem', link, '-o', join(folder, 'mine')])
    await Promise.race([silent.done, ended])
    child.kill('SIGTERM')
    expect(await exited).toEqual({ code: null, signal: 'SIGTERM' })
    expect(await noted).toBe('no response from an edge: interrupted\nWhether the link was used is unknown.\n')
    expect(readdirSync(folder)).toEqual([])
  })

  test('between two attempts: it ends at once', async () => {
    const busy = announced(badGateway)
    const later: Turn = response =>
      void response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '30' }).end('{}')
    const soon = announced(later)
    const { link } = await scriptedEdge([busy.turn, soon.turn])
    const { child, ended, exited, noted } = start(['redeem', link, '-o', temporaryFolder()])
    await Promise.race([soon.done, ended])
    await pause(200)
    child.kill('SIGINT')
    expect(await exited).toEqual({ code: null, signal: 'SIGINT' })
    expect(await noted).toContain('Whether the link was used is unknown.')
  })
})

test('an interrupted once issue reports it, and leaves no link', async () => {
  const bucket = temporaryFolder()
  const { api } = await emulatorHere({ bucket })
  const stuck = announced(() => undefined)
  const front = await serveHere((request, response) => {
    if (request.url?.endsWith('/parts') === true) return stuck.turn(response, request)
    if (request.url === '/.well-known/emulator') return void response.end(JSON.stringify({ api: front.origin }))
    void text(request).then(body => forwards(api, 'respond')(response, request, body))
  })
  writeFileSync(join(bucket, 'mine.txt'), 'x')
  const { child, ended, exited, said, noted } = start(['issue', join(bucket, 'mine.txt'), '--local', front.origin])
  await Promise.race([stuck.done, ended])
  child.kill('SIGINT')
  expect(await exited).toEqual({ code: null, signal: 'SIGINT' })
  expect(await said).toBe('')
  expect(await noted).toMatch(
    /^interrupted: no link for "mine\.txt" and anything after it; the same command goes on for a day, unless it reads standard input\n$/,
  )
  expect(JSON.parse((await ask(`${api}/links`)).body)).toEqual({ links: [] })
})

test('once issue ends while a file is being checked, if it is interrupted, and says how to go on', async () => {
  const bucket = temporaryFolder()
  const { api } = await emulatorHere({ bucket, scan: { afterMs: Infinity } })
  writeFileSync(join(bucket, 'mine.txt'), 'x')
  const { child, ended, exited, said, noted } = start(['issue', join(bucket, 'mine.txt'), '--local', api])
  await Promise.race([once(child.stderr, 'data'), ended])
  child.kill('SIGINT')
  expect(await exited).toEqual({ code: null, signal: 'SIGINT' })
  expect(await said).toBe('')
  const [, remains, interrupted] = (await noted).split('\n')
  expect(remains).toMatch(/^the file was uploaded and remains; to issue a link for it: once issue --key=/)
  expect(interrupted).toMatch(/^interrupted: no link for "mine\.txt" and anything after it; the same command goes on/)
  expect(JSON.parse((await ask(`${api}/links`)).body)).toEqual({ links: [] })
})

test('once doctor --json prints an object and nothing else, even if AWS refuses all that it asks', async () => {
  const caller =
    '<Response><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></Response>'
  const aws = await serveHere((request, response) => {
    void text(request).then(body => {
      if (body.includes('Action=GetCallerIdentity')) return response.end(caller)
      return response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end()
    })
  })
  const env = { AWS_ENDPOINT_URL: aws.origin, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
  const { exited, said, noted } = start(['doctor', '--json', '-c', 'profile=starter'], { env })
  const { findings, ...report } = JSON.parse(await said) as { findings: readonly { verdict: string }[] }
  expect(report).toEqual({ deployment: 'once', account: '111122223333', verdict: 'fail' })
  expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(['fail']))
  expect([await noted, await exited]).toEqual(['', { code: 1, signal: null }])
})

test('when its reader goes away, once ends without a message', async () => {
  const { child, exited, noted } = start(['--help'])
  child.stdout.destroy()
  expect(await exited).toEqual({ code: 141, signal: null })
  expect(await noted).toBe('')
})

test('when its standard error is closed, once still prints the outcome', async () => {
  const { api } = await emulatorHere({ bucket: temporaryFolder() })
  const { child, exited, said } = start(['issue', '--key', 'a', '--allow-missing', `--local=${api}`])
  child.stderr.destroy()
  expect(await exited).toEqual({ code: 0, signal: null })
  expect(await said).toMatch(/\/d\/[\w-]{43}\n$/)
})

describe('names of files are relative to the folder that the user is in', () => {
  const nowhere = '--local=http://127.0.0.1:1'
  const found = 'no emulator at'

  test('npm run, in a folder of the repository', async () => {
    const args = ['run', '-s', 'once', '--', 'issue', 'process.test.ts', nowhere]
    const { exited, noted } = startAs('npm', args, { cwd: import.meta.dirname })
    expect(await noted).toContain(found)
    expect(await exited).toEqual({ code: 2, signal: null })
  })

  test('a link to it, as npm link makes one, in a folder anywhere', async () => {
    const [folder, path] = [temporaryFolder(), temporaryFolder()]
    writeFileSync(join(folder, 'mine.txt'), 'x')
    symlinkSync(join(root, 'cli/once'), join(path, 'once'))
    const env = { PATH: [path, process.env['PATH']].join(':') }
    const { exited, noted } = startAs('once', ['issue', 'mine.txt', nowhere], { cwd: folder, env })
    expect(await noted).toContain(found)
    expect(await exited).toEqual({ code: 2, signal: null })
  })

  test('a script of another package, in the folder where that script runs', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'mine.txt'), 'x')
    const env = { INIT_CWD: join(folder, 'sub'), npm_package_name: 'another' }
    expect(await start(['issue', 'mine.txt', nowhere], { cwd: folder, env }).noted).toContain(found)
    const inOurs = start(['issue', 'package.json', nowhere], { cwd: root, env })
    expect(await inOurs.noted).toContain(found)
  })
})
