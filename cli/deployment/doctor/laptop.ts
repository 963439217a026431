import { formatSize } from '../../../shared/size.ts'
import { durationText } from '../../../shared/capability-text.ts'
import { parseJsonObject } from '../../../client/problem.ts'
import type { Ports } from '../../ports/ports.ts'
import { reasonOf, signIn } from '../../terminal/errors.ts'
import { singleLine } from '../../terminal/text.ts'
import type { Finding } from './check.ts'

/** The interfaces that the checks of a laptop use. */
type Sources = Pick<Ports, 'machine' | 'programs' | 'apis' | 'aws' | 'http' | 'clock'>

/** What a check of this machine found: nothing to do if `todo` is empty. */
type Found = Pick<Finding, 'verdict' | 'found' | 'todo'>

const ok = (found: string): Found => ({ verdict: 'ok', found, todo: '' })
const warn = (found: string, todo: string): Found => ({ verdict: 'warn', found, todo })
const fail = (found: string, todo: string): Found => ({ verdict: 'fail', found, todo })

/** Every check of this machine, in the order of the report: what `npm start` needs, then `npm test`, then a deployment. */
const checks: Readonly<Record<string, (sources: Sources) => Promise<Found>>> = {
  node,
  packages,
  ports,
  disk,
  java,
  chromium,
  'test-packages': testPackages,
  python,
  clock,
  credentials,
}

/** Looks at this machine for `npm start`, `npm test` and `once deploy`; changes nothing. Never rejects. */
export async function diagnoseLaptop(sources: Sources): Promise<readonly Finding[]> {
  const results = Object.entries(checks).map(async ([name, run]) => {
    const found = await run(sources).catch((error: unknown) =>
      warn(`can't be checked: ${singleLine(reasonOf(error))}`, 'solve this first'),
    )
    return { check: name, ...found }
  })
  return Promise.all(results)
}

/** The oldest Node.js that runs TypeScript as it is here (cli/once refuses others). */
const minNode = 24

async function node({ machine }: Sources): Promise<Found> {
  if (Number(machine.node.split('.')[0]) >= minNode) return ok(`Node.js ${machine.node}`)
  return fail(`Node.js ${machine.node}, which can't run TypeScript as it is`, `put Node.js ${minNode} on the PATH`)
}

/** One package of a lock file of npm. */
interface LockedPackage {
  readonly version?: string
  readonly optional?: boolean
  readonly link?: boolean
}

async function packages({ machine }: Sources): Promise<Found> {
  const [locked, installed] = await Promise.all(
    ['package-lock.json', 'node_modules/.package-lock.json'].map(machine.read),
  )
  if (locked === undefined || installed === undefined) return fail('no packages are installed', 'npm ci')
  const has = packagesIn(installed)
  const others = Object.entries(packagesIn(locked)).filter(
    ([path, { version, optional, link }]) =>
      path.startsWith('node_modules/') && link !== true && has[path]?.version !== version && !(optional && !has[path]),
  )
  const [first] = others
  if (first === undefined) return ok('all of package-lock.json')
  const name = first[0].replace(/^.*node_modules\//, '')
  return fail(
    `${others.length} are missing or have another version than in package-lock.json, such as ${name}`,
    'npm ci',
  )
}

function packagesIn(lock: string): Readonly<Record<string, LockedPackage>> {
  return (parseJsonObject(lock)['packages'] ?? {}) as Readonly<Record<string, LockedPackage>>
}

/** Ports of `npm start`: its API, three edges and S3. */
const emulatorPorts = [8080, 8081, 8082, 8083, 8084]

async function ports({ machine, apis }: Sources): Promise<Found> {
  const free = await Promise.all(emulatorPorts.map(machine.isFree))
  const taken = emulatorPorts.filter((_, index) => free[index] !== true)
  const range = `${emulatorPorts[0]} to ${emulatorPorts.at(-1)}`
  if (taken.length === 0) return ok(`${range} are free`)
  const origin = `http://127.0.0.1:${emulatorPorts[0]}`
  const isOurs = taken.length === emulatorPorts.length && (await apis.emulatorAt(origin).catch(() => undefined))
  if (isOurs) return ok(`npm start runs at ${origin}`)
  return warn(`another program listens on ${taken.join(', ')} of ${range}`, 'npm start -- --port 9000')
}

/** Space for the packages of npm, those of tests and some uploads (CONTRIBUTING.md has their sizes), in bytes. */
const enoughBytes = 2e9

async function disk({ machine }: Sources): Promise<Found> {
  const bytes = await machine.freeBytes()
  if (bytes >= enoughBytes) return ok(`${formatSize(bytes)} free`)
  return warn(`${formatSize(bytes)} free, for packages and uploads`, `make room: ${formatSize(enoughBytes)} are enough`)
}

/** The oldest Java that runs Amazon DynamoDB Local (AWS, "Deploying DynamoDB locally"). */
const minJava = 17

async function java({ programs }: Sources): Promise<Found> {
  const signal = AbortSignal.timeout(20_000)
  // With two dashes, the version goes to standard output.
  const ran = await programs.run('java', ['--version'], { input: '', signal })
  const [, version] = /^\S+ (\d+)/.exec(ran?.output ?? '') ?? []
  const todo = `install Java ${minJava} for the tests on Amazon DynamoDB Local; others run without it`
  if (version === undefined) return warn('no Java', todo)
  return Number(version) >= minJava ? ok(`Java ${version}`) : warn(`Java ${version}`, todo)
}

/** Where tests look for a browser (test/support/chromium.ts). */
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

async function chromium({ machine }: Sources): Promise<Found> {
  for (const path of browsers) if (await machine.canRun(path)) return ok(path)
  return warn(`none at ${browsers.join(', ')}`, 'install Chromium for the tests in a browser; others run without it')
}

async function testPackages({ machine }: Sources): Promise<Found> {
  if ((await machine.read('tools/node_modules/.package-lock.json')) !== undefined) return ok('tools/node_modules')
  return warn('none in tools/node_modules', 'npm ci --prefix tools; tests that need them are skipped without')
}

async function python({ machine }: Sources): Promise<Found> {
  const [wanted, installed] = await Promise.all(['tools/requirements.txt', 'tools/python/installed'].map(machine.read))
  if (installed !== undefined && installed === wanted) return ok('tools/python')
  const found = installed === undefined ? 'none in tools/python' : 'others than tools/requirements.txt names'
  return warn(found, 'npm run tools:python; tests that need them are skipped without')
}

/** AWS refuses a request whose time differs by more (AWS, "Signature Version 4": "Elements of a request": 5 minutes). */
const maxSkewSeconds = 300
const anyAwsHost = 'https://sts.us-east-1.amazonaws.com/'

async function clock({ http, clock: { now } }: Sources): Promise<Found> {
  const request = { method: 'GET', url: anyAwsHost, headers: {}, signal: AbortSignal.timeout(5000) } as const
  const response = await http.send(request).catch(() => undefined)
  response?.end()
  const there = Date.parse(response?.header('date') ?? '')
  if (Number.isNaN(there))
    return warn('AWS did not respond', 'go online to compare the clock; npm start needs no network')
  const seconds = Math.round(Math.abs(now() - there) / 1000)
  if (seconds < maxSkewSeconds / 5) return ok('right, compared with AWS')
  const found = `${durationText(seconds)} ${now() > there ? 'ahead of' : 'behind'} that of AWS`
  return seconds < maxSkewSeconds
    ? warn(found, 'set it by NTP: AWS refuses requests from five minutes on')
    : fail(found, 'set it by NTP: AWS refuses every request')
}

async function credentials({ aws }: Sources): Promise<Found> {
  const account = await aws.account().catch((error: unknown) => error)
  if (typeof account === 'string') return ok(`those of account ${account}; once deploy says what it lacks`)
  const why = account instanceof Error ? account.name : 'none'
  return warn(`none that AWS accepts (${singleLine(why)})`, `${signIn}, for a deployment; npm start needs none`)
}
