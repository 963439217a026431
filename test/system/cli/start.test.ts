import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'

const main = join(import.meta.dirname, '../../../cli/main.ts')

/** Names each module that a process loads, on standard error. */
const hook = `import { registerHooks } from 'node:module'
  registerHooks({ load: (url, context, next) => (console.error('loads ' + url), next(url, context)) })`
const listing = `--import=data:text/javascript,${encodeURIComponent(hook)}`

/** Runs `once` against an AWS that refuses every call; returns the packages that it loads. */
async function packagesLoadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const { origin } = await serveHere(
    (_, response) => void response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"no"}'),
  )
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL: origin }
  const env = { ...process.env, ...credentials }
  const child = spawn(process.execPath, [listing, main, ...args.map(arg => arg.replace('ORIGIN', origin))], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const loads = [...(await text(child.stderr)).matchAll(/^loads \S*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)]
  return [...new Set(loads.map(([, name = '']) => name))]
}

const clientsOf = (packages: readonly string[]) => packages.filter(name => name.startsWith('@aws-sdk/client-'))

describe('once loads of the SDK what a command needs', () => {
  const id = 'A'.repeat(22)

  test('help, and a command on the laptop, nothing', async () => {
    for (const args of [['--help'], ['issue', '--help'], ['status', '--local', 'ORIGIN', id]]) {
      const packages = await packagesLoadedBy(...args)
      expect(packages).toContain('valibot')
      expect(
        packages.filter(name => /^@(aws-sdk|smithy|aws-cdk)\//.test(name)),
        args.join(' '),
      ).toEqual([])
    }
  })

  test('a command on links, the client that finds the API and the one that finds credentials', async () => {
    expect(clientsOf(await packagesLoadedBy('status', id))).toEqual(['@aws-sdk/client-api-gateway'])
    expect(clientsOf(await packagesLoadedBy('status', '--api', 'ORIGIN', id))).toEqual(['@aws-sdk/client-sts'])
  })
})

describe('what Node.js keeps of an earlier start', () => {
  /** Makes a folder with the real main file, and a command that prints this text. */
  function installed(word: string) {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'cli'))
    copyFileSync(main, join(folder, 'cli/main.ts'))
    const command = join(folder, 'cli/command-main.ts')
    const write = (text: string) => writeFileSync(command, `const word: string = '${text}'\nconsole.log(word)\n`)
    write(word)
    const run = () => spawnSync(process.execPath, [join(folder, 'cli/main.ts')], { encoding: 'utf8' })
    return { folder, command, write, run }
  }

  test('never runs after a change, also one that keeps the size and the time of the file', () => {
    const { folder, command, write, run } = installed('one')
    expect(run()).toMatchObject({ status: 0, stdout: 'one\n', stderr: '' })
    expect(readdirSync(join(folder, 'node_modules/.cache/once'))).toHaveLength(1)
    const { atime, mtime } = statSync(command)
    write('two')
    utimesSync(command, atime, mtime)
    expect(run()).toMatchObject({ status: 0, stdout: 'two\n', stderr: '' })
  })

  test('is not needed: where nothing can be kept, once runs as well', () => {
    const { folder, run } = installed('one')
    writeFileSync(join(folder, 'node_modules'), 'no folder')
    expect(run()).toMatchObject({ status: 0, stdout: 'one\n', stderr: '' })
  })
})
