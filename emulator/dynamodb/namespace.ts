import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Server } from 'node:net'
import { join } from 'node:path'
import type { RelayOrder } from './relay-main.ts'

/** Ways to make a network namespace: as root, and as a user where the kernel lets users make namespaces. */
const ways = [['--net'], ['--user', '--map-root-user', '--net']] as const

const loopbackUp = ['ip', 'link', 'set', 'lo', 'up'] as const

let known: { readonly way: readonly string[] | undefined } | undefined

/**
 * Returns the arguments of unshare(1) with which this user can make a network namespace that has loopback; undefined if
 * there is no way, as outside Linux, in most containers, or without unshare(1) and ip(8).
 */
export function wayToNamespace(): readonly string[] | undefined {
  known ??= { way: ways.find(way => spawnSync('unshare', [...way, ...loopbackUp], { timeout: 5000 }).status === 0) }
  return known.way
}

/**
 * Runs a program in a network namespace of its own, where nothing outside reaches what it listens on, and passes the
 * connections of `server` on to it (relay-main.ts). The process that this returns ends when the program does; the program
 * ends when that process gets SIGTERM, or when this one ends.
 */
export function spawnInNamespace(way: readonly string[], order: RelayOrder, server: Server): ChildProcess {
  const relay = [process.execPath, join(import.meta.dirname, 'relay-main.ts')]
  const script = `${loopbackUp.join(' ')} && exec "$@"`
  const child = spawn('unshare', [...way, 'sh', '-c', script, 'sh', ...relay], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.send(order, server)
  child.channel?.unref()
  server.close()
  return child
}
