import { execFile, execFileSync, spawn } from 'node:child_process'
import { once as event } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { oneAtATime } from '../construct/packed.ts'
import { temporaryFolder } from '../machine/folder.ts'

/** The package of the command line, as others install it. */
export type PackedCli = ReturnType<typeof packCli>

/** Packs cli/ as `npm publish` does, which builds it first, and installs it without a network beside nothing else: seconds. */
export function packCli() {
  const folder = mkdtempSync(join(tmpdir(), 'once-cli-'))
  const npm = (cwd: string, ...args: readonly string[]) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const root = join(import.meta.dirname, '../../..')
  const printed = oneAtATime(() => npm(root, 'pack', './cli', '--pack-destination', folder, '--json'))
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf('[\n'))) as [{ filename: string }]
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', `./${filename}`)
  const bin = join(folder, 'node_modules/.bin/once')
  // An empty home has no profiles of AWS.
  const options = (env: NodeJS.ProcessEnv, cwd: string) => ({
    cwd,
    env: { HOME: cwd, PATH: dirname(process.execPath), ...env },
  })
  return {
    folder,
    /** Runs it in a folder, by default an empty one, with no other variables than these. */
    once: (args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = temporaryFolder()) =>
      new Promise<{ readonly code: unknown; readonly said: string; readonly noted: string }>(resolve => {
        execFile(bin, args, options(env, cwd), (error, said, noted) => {
          resolve({ code: error === null ? 0 : error.code, said: said.trimEnd(), noted: noted.trimEnd() })
        })
      }),
    /** Starts `once console`, without a browser; ends with the test. */
    async console(args: readonly string[], env: NodeJS.ProcessEnv) {
      const child = spawn(bin, ['console', '--no-browser', '--json', ...args], options(env, temporaryFolder()))
      onTestFinished(() => void child.kill('SIGKILL'))
      const [line] = (await event(createInterface({ input: child.stdout }), 'line')) as [string]
      const { origin, file } = JSON.parse(line) as { origin: string; file: string }
      const [, token = ''] = /value="([\w-]{43})"/.exec(readFileSync(file, 'utf8')) ?? []
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return { origin, file, headers, end: async () => (child.kill('SIGINT'), event(child, 'exit')) }
    },
  }
}
