import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe } from 'vitest'
import { listenOnLoopback } from '../../emulator/servers.ts'
import { missingForSwift } from './swift-installed.ts'

/** An S3 that is nobody's stand-in: OpenStack Swift with its s3api checks signatures, times and ranges by itself. */
export interface SwiftS3 {
  /** `http://127.0.0.1:PORT`, path style. */
  readonly endpoint: string
  readonly region: 'us-east-1'
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Ends its servers and deletes what they kept. */
  close(): Promise<void>
}

/** Debian's own: its packages are for no other. */
const python = '/usr/bin/python3'
const scripts = join(import.meta.dirname, 'swift')

/** Swift's servers behind the proxy. */
const storage = ['account', 'container', 'object'] as const

/** How long it may take to come up, in milliseconds; it takes about 2,000. */
const startMs = 60_000

/** `account:user` and password, as the proxy's configuration has them. */
const credentials = { accessKeyId: 'dev:akid', secretAccessKey: 'secret' } as const

/** A suite on swift's S3; skipped, with the reason in its name, where there is none. */
export function onSwift(suite: (s3: () => SwiftS3) => void): void {
  const missing = missingForSwift()
  describe.skipIf(missing !== undefined)(`on swift's S3${missing === undefined ? '' : `: ${missing}`}`, () => {
    let s3: SwiftS3 | undefined
    beforeAll(async () => {
      s3 = await startSwift()
    }, startMs + 10_000)
    afterAll(() => s3?.close())
    suite(() => {
      if (s3 === undefined) throw new Error('swift is there for tests and hooks alone')
      return s3
    })
  })
}

/**
 * Starts swift on free ports of loopback with all it keeps in a folder of its own: needs no root and leaves /etc/swift
 * alone. Rejects with what its servers said when they do not come up within a minute.
 */
export async function startSwift(): Promise<SwiftS3> {
  const folder = mkdtempSync(join(tmpdir(), 'swift-'))
  const [proxyPort = 0, ...storagePorts] = await freePorts(1 + storage.length)
  configure(folder, proxyPort, storagePorts)
  const rings = storage.map((name, index) => `${name}:${storagePorts[index]}`)
  const made = spawnSync(python, [join(scripts, 'rings.py'), folder, ...rings], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`swift's rings could not be made: ${made.stderr}`)
  const servers = [...storage, 'proxy'].map(name => startServer(folder, name))
  const kill = () => servers.forEach(server => server.kill('SIGKILL'))
  process.once('exit', kill)
  async function close(): Promise<void> {
    process.off('exit', kill)
    const running = servers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    const ended = running.map(server => once(server, 'exit'))
    kill()
    await Promise.all(ended)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await untilUp([proxyPort, ...storagePorts], { servers, folder })
  } catch (error) {
    await close()
    throw error
  }
  return { endpoint: `http://127.0.0.1:${proxyPort}`, region: 'us-east-1', credentials, close }
}

function startServer(folder: string, name: string): ChildProcess {
  const log = openSync(logOf(folder, name), 'w')
  return spawn(python, [join(scripts, 'server.py'), folder, name], { stdio: ['ignore', log, log] })
}

const logOf = (folder: string, name: string) => join(folder, `${name}.log`)

/** They are up when each of them answers, whatever it says. */
async function untilUp(
  ports: readonly number[],
  { servers, folder }: { servers: readonly ChildProcess[]; folder: string },
): Promise<void> {
  const end = performance.now() + startMs
  const answers = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/info`).catch(() => undefined)
    await answer?.arrayBuffer()
    return answer !== undefined
  }
  const areUp = () => servers.every(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  while (performance.now() < end && areUp()) {
    if ((await Promise.all(ports.map(answers))).every(Boolean)) return
    await pause(50)
  }
  const said = [...storage, 'proxy'].map(name => `${name}: ${readFileSync(logOf(folder, name), 'utf8').slice(-500)}`)
  throw new Error(`swift did not come up\n${said.join('\n')}`)
}

async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listenOnLoopback(0)))
  await Promise.all(held.map(server => server.close()))
  return held.map(({ origin }) => Number(new URL(origin).port))
}

function configure(folder: string, proxyPort: number, storagePorts: readonly number[]): void {
  mkdirSync(join(folder, 'devices/d1'), { recursive: true })
  const write = (name: string, sections: Sections) => writeFileSync(join(folder, `${name}.conf`), ini(sections))
  const server = (port: number) => ({
    bind_ip: '127.0.0.1',
    bind_port: port,
    swift_dir: folder,
    devices: join(folder, 'devices'),
    mount_check: 'false',
    workers: 0,
    user: userInfo().username,
    log_address: '/nonexistent', // no syslog: to the file that is its output
  })
  write('swift', {
    'swift-hash': { swift_hash_path_suffix: 'test', swift_hash_path_prefix: 'test' },
    'storage-policy:0': { name: 'default', default: 'yes' },
  })
  for (const [index, name] of storage.entries()) {
    write(name, {
      DEFAULT: server(storagePorts[index] ?? 0),
      'pipeline:main': { pipeline: `${name}-server` },
      [`app:${name}-server`]: { use: `egg:swift#${name}` },
    })
  }
  const filters = ['catch_errors', 'cache', 'listing_formats', 's3api', 'tempauth', 'slo']
  const options: Sections = {
    cache: { use: 'egg:swift#memcache', memcache_servers: '127.0.0.1:1' }, // there is none, and it does without
    s3api: { location: 'us-east-1', dns_compliant_bucket_names: 'false' },
    tempauth: { user_dev_akid: 'secret .admin' },
  }
  write('proxy', {
    DEFAULT: server(proxyPort),
    'pipeline:main': { pipeline: [...filters, 'proxy-server'].join(' ') },
    'app:proxy-server': { use: 'egg:swift#proxy', account_autocreate: 'true' },
    ...Object.fromEntries(filters.map(name => [`filter:${name}`, { use: `egg:swift#${name}`, ...options[name] }])),
  })
}

type Sections = Readonly<Record<string, Readonly<Record<string, string | number>>>>

function ini(sections: Sections): string {
  const lines = Object.entries(sections).flatMap(([section, values]) => [
    `[${section}]`,
    ...Object.entries(values).map(([name, value]) => `${name} = ${value}`),
  ])
  return `${lines.join('\n')}\n`
}
