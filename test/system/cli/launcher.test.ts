import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capability, scriptedEdge, type Turn } from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { oldNode } from '../../support/machine/old-node.ts'

const root = join(import.meta.dirname, '../../..')
const launcher = join(root, 'cli/once')

/** Creates a folder for the PATH that holds only these programs. */
function pathOf(programs: readonly string[]): string {
  const folder = temporaryFolder()
  for (const program of programs) symlinkSync(program, join(folder, basename(program)))
  return folder
}

const tools = ['sh', 'dirname', 'readlink'].map(name =>
  execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
)

describe.skipIf(oldNode === undefined)('on a machine with an old Node.js', () => {
  const environment = () => ({ PATH: pathOf([...tools, oldNode ?? '']) })

  test('once runs on the Node.js that npm installed beside it, from any folder and through a link', () => {
    const link = join(temporaryFolder(), 'once')
    symlinkSync(launcher, link)
    const there = { cwd: temporaryFolder(), env: environment(), encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync(link, ['--help'], there)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^once COMMAND/)
  })

  test('arguments arrive unchanged, and the exit code is returned', () => {
    const { status, stderr } = spawnSync(launcher, ["a b'c *", ''], { env: environment(), encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toContain(`"a b'c *": not known\nallowed: issue,`)
  })

  test('Ctrl-C reaches the command once: it reports what is known of the link, and ends by the signal', async () => {
    const half: Turn = response => void response.writeHead(200, { 'content-length': 50_000 }).write('half of it')
    const { link } = await scriptedEdge([capability()], [half])
    const folder = temporaryFolder()
    const child = spawn(launcher, ['redeem', link, '-o', folder], { env: environment(), detached: true })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [exited, noted] = [once(child, 'exit'), text(child.stderr)]
    const part = join(folder, 'report.bin.part')
    while (!existsSync(part) || readFileSync(part).length === 0) await new Promise(setImmediate)
    // A terminal sends the signal to the whole group.
    process.kill(-(child.pid ?? Number.NaN), 'SIGINT')
    expect(await exited).toEqual([null, 'SIGINT'])
    expect(await noted).toContain('To go on, run the same command again')
  })
})

describe('without node_modules', () => {
  function launchedFrom(programs: readonly string[]) {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'cli'))
    copyFileSync(launcher, join(folder, 'cli/once'))
    writeFileSync(join(folder, 'cli/main.ts'), 'console.log(process.argv.slice(2) as unknown)')
    const env = { PATH: pathOf([...tools, ...programs]) }
    const { status, stdout, stderr } = spawnSync(join(folder, 'cli/once'), ['a b'], { env, encoding: 'utf8' })
    return { folder, status, stdout, stderr }
  }
  const needs = (found: string, folder: string) =>
    `once needs Node.js 24 or newer and found ${found}: run npm ci in ${folder}, or put a newer Node.js on the PATH\n`

  test('a newer Node.js on the PATH runs it', () => {
    expect(launchedFrom([process.execPath])).toMatchObject({ status: 0, stdout: "[ 'a b' ]\n", stderr: '' })
  })

  test('and without Node.js, once says in one line what it needs', () => {
    const { folder, ...result } = launchedFrom([])
    expect(result).toEqual({ status: 2, stdout: '', stderr: needs('none', folder) })
  })

  test.skipIf(oldNode === undefined)('and with an old Node.js, it says so too', () => {
    const version = execFileSync(oldNode ?? '', ['--version'], { encoding: 'utf8' }).trim()
    const { folder, ...result } = launchedFrom([oldNode ?? ''])
    expect(result).toEqual({ status: 2, stdout: '', stderr: needs(version, folder) })
  })
})
