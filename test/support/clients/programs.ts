import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Errand, eachVisit, type Run, type Saved } from './errand.ts'

// Programs that are on the machine, as scripts use them.

const starts = (program: string, ...args: string[]) => spawnSync(program, args).status === 0
const missingUnless = (found: boolean, what: string) => (found ? undefined : `there is no ${what}`)

const goPlaces = ['go', '/usr/local/go/bin/go']
const go = goPlaces.find(place => starts(place, 'version'))

/** The go command, where it is not missing. */
export const goProgram = go ?? 'go'

/** Why this machine can't run a program; undefined if it can. */
export const missing = {
  curl: missingUnless(starts('curl', '--version'), 'curl'),
  wget: missingUnless(starts('wget', '--version'), 'wget'),
  python: missingUnless(starts('python3', '-c', 'import requests'), 'python3 with requests (Debian: python3-requests)'),
  go: missingUnless(go !== undefined, `go at ${goPlaces.join(', ')} (Debian: golang-go, 450 MB)`),
  java: missingUnless(starts('java', '--version'), 'java'),
}

/** Why this machine can't run what the guides say to type that reads JSON; undefined if it can. */
export const missingJq = missing.curl ?? missingUnless(starts('jq', '--version'), 'jq')

/** Returns the one file in a folder. */
function savedIn(folder: string): Saved | undefined {
  const [name, ...others] = readdirSync(folder)
  if (others.length > 0) throw new Error(`several files: ${name}, ${others.join(', ')}`)
  return name === undefined ? undefined : { bytes: readFileSync(join(folder, name)), name }
}

/** Runs a command in `folder`; resolves with its exit code, whatever that is. */
export function runIn(folder: string, [program = '', ...args]: readonly string[]): Promise<number | string> {
  return new Promise(resolve => {
    // In the locale C, wget writes a name that is not ASCII in bytes that Node.js can't read.
    const env = { ...process.env, LC_ALL: 'C.UTF-8' }
    execFile(program, args, { cwd: folder, env, timeout: 60_000 }, error => resolve(error?.code ?? 0))
  })
}

/** Runs a command for each visit, in an empty folder of its own. */
const command = (args: (errand: Errand) => readonly string[]): Run => {
  return errand =>
    eachVisit(errand, async index => {
      const folder = join(errand.folder, `visit ${index}`)
      mkdirSync(folder)
      await runIn(folder, args(errand))
      return savedIn(folder)
    })
}

/** How to call curl; the link comes last. It saves under the name that the server gives, as `-OJ` does. */
export const curl = (certificate: string, options: (errand: Errand) => readonly string[] = () => []): Run =>
  command(errand => ['curl', '-fsSLOJ', '--cacert', certificate, ...options(errand), errand.link])

/** How to call wget. It keeps cookies, but not for its next run. */
export const wget = (certificate: string, options: (errand: Errand) => readonly string[] = () => []): Run =>
  command(errand => [
    'wget',
    '-q',
    '-t1',
    '--no-hsts',
    '--content-disposition',
    `--ca-certificate=${certificate}`,
    ...options(errand),
    errand.link,
  ])

/** A program of ours that takes lines, and its end. */
export interface Driver {
  /** Does errands, one after the other. */
  readonly run: (options: { readonly sendsSecret: boolean }) => Run
  close(): void
}

function startDriver([program = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}): Driver {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  let last: Promise<unknown> = Promise.resolve()
  async function ask(line: string): Promise<void> {
    child.stdin.write(`${line}\n`)
    const { value } = await answers.next()
    if (value !== 'done') throw new Error(`${program}: ${value ?? 'ended'}`)
  }
  const run: Driver['run'] = ({ sendsSecret }) => {
    return async ({ link, folder, visits, secret }) => {
      const files = Array.from({ length: visits }, (_, index) => join(folder, `file-${index}`))
      const turn = last.then(() => ask([link, sendsSecret ? secret : '-', ...files].join(' ')))
      last = turn.catch(() => undefined)
      await turn
      return files.map(file => (existsSync(file) ? { bytes: readFileSync(file) } : undefined))
    }
  }
  return { run, close: () => void child.stdin.end() }
}

const source = (name: string) => join(import.meta.dirname, name)

/** Starts Python's requests, with a session for each errand. */
export const startPython = (certificate: string): Driver =>
  startDriver(['python3', source('driver.py')], { REQUESTS_CA_BUNDLE: certificate })

/** Compiles and starts Go's default client. */
export function startGo(certificate: string, folder: string): Driver {
  const driver = join(folder, 'driver')
  execFileSync(goProgram, ['build', '-o', driver, source('driver.go')], {
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  })
  return startDriver([driver], { SSL_CERT_FILE: certificate })
}

/** Starts Java's HttpClient. */
export const startJava = (certificate: string): Driver => startDriver(['java', source('Driver.java'), certificate])
