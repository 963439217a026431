import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe } from 'vitest'
import { ownPorts } from '../machine/ports.ts'
import { missingForSwift } from './swift-installed.ts'

/** An independent S3: OpenStack Swift with its s3api has its own checks of signatures, times and ranges. */
export interface SwiftS3 {
  /** `http://127.0.0.1:PORT`, path style. */
  readonly endpoint: string
  readonly region: 'us-east-1'
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Ends its servers and deletes their data. */
  close(): Promise<void>
}

/** Debian's Python, the only one that its swift packages support. */
const python = '/usr/bin/python3'
const scripts = join(import.meta.dirname, 'swift')

/** Names of swift's servers behind the proxy. */
const storage = ['account', 'container', 'object'] as const

/** Filters that buckets with versions need. */
const versioning = ['versioned_writes', 'symlink'] as const

/** Longest start, in milliseconds; it takes about 2,000. */
const startMs = 60_000

/** Seconds that its servers wait for each other. By default half a second to connect, which a busy machine may need. */
const patient = { conn_timeout: 30, node_timeout: 60 } as const

/** `account:user` and password, as the proxy's configuration has them. */
const credentials = { accessKeyId: 'dev:akid', secretAccessKey: 'secret' } as const

/** Defines a suite on swift's S3; without swift it is skipped, with the reason in its name. */
export function onSwift(suite: (s3: () => SwiftS3) => void): void {
  const missing = missingForSwift()
  describe.skipIf(missing !== undefined)(`on swift's S3${missing === undefined ? '' : `: ${missing}`}`, () => {
    let s3: SwiftS3 | undefined
    beforeAll(async () => {
      s3 = await startSwift()
    }, startMs + 10_000)
    afterAll(() => s3?.close())
    suite(() => {
      if (s3 === undefined) throw new Error('swift runs only during tests and hooks')
      return s3
    })
  })
}

/**
 * Starts swift on ports of its own on loopback with its data in a folder of its own: needs no root and does not use
 * /etc/swift. Rejects with its servers' output if they do not start within a minute.
 */
async function startSwift(): Promise<SwiftS3> {
  const folder = mkdtempSync(join(tmpdir(), 'swift-'))
  const proxyPort = await ownPorts()
  const storagePorts = storage.map((_, index) => proxyPort + 1 + index)
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

/** Resolves when each server responds, with any status. */
async function untilUp(
  ports: readonly number[],
  { servers, folder }: { servers: readonly ChildProcess[]; folder: string },
): Promise<void> {
  const end = performance.now() + startMs
  const responds = async (port: number) => {
    const response = await fetch(`http://127.0.0.1:${port}/info`).catch(() => undefined)
    await response?.arrayBuffer()
    return response !== undefined
  }
  const areRunning = () => servers.every(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  while (performance.now() < end && areRunning()) {
    if ((await Promise.all(ports.map(responds))).every(Boolean)) return
    await pause(50)
  }
  const output = [...storage, 'proxy'].map(name => `${name}: ${readFileSync(logOf(folder, name), 'utf8').slice(-500)}`)
  throw new Error(`swift did not start\n${output.join('\n')}`)
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
    log_address: '/nonexistent', // without syslog it logs to its output, which is a file
  })
  write('swift', {
    'swift-hash': { swift_hash_path_suffix: 'test', swift_hash_path_prefix: 'test' },
    'storage-policy:0': { name: 'default', default: 'yes' },
  })
  for (const [index, name] of storage.entries()) {
    write(name, {
      DEFAULT: server(storagePorts[index] ?? 0),
      'pipeline:main': { pipeline: `${name}-server` },
      [`app:${name}-server`]: { use: `egg:swift#${name}`, ...patient },
    })
  }
  const filters = ['catch_errors', 'cache', 'listing_formats', 's3api', 'tempauth', 'copy', 'slo', ...versioning]
  const options: Sections = {
    cache: { use: 'egg:swift#memcache', memcache_servers: '127.0.0.1:1' }, // no server: it works without a cache
    s3api: { location: 'us-east-1', dns_compliant_bucket_names: 'false' },
    versioned_writes: { allow_versioned_writes: 'true', allow_object_versioning: 'true' },
    tempauth: { user_dev_akid: 'secret .admin' },
  }
  write('proxy', {
    DEFAULT: server(proxyPort),
    'pipeline:main': { pipeline: [...filters, 'proxy-server'].join(' ') },
    'app:proxy-server': { use: 'egg:swift#proxy', account_autocreate: 'true', ...patient },
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
