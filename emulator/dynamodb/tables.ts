import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ClassicLevel } from 'classic-level'
import { isRegion, type Region } from '../../shared/regions.ts'
import { closeServer, keepAliveMs } from '../servers.ts'
import { type Change, type Dynalite, dynalite } from './dynalite.ts'
import type { DatabaseCredentials } from './own-clients.ts'

/** Returns the settings of the SDK's client for DynamoDB in one Region. */
export type DynamoDBConfig = (region: Region) => {
  readonly endpoint: string
  readonly credentials: DatabaseCredentials
  /** Replaces the given Region if all Regions share the tables of one. */
  readonly region?: Region
}

/** Tables in several Regions: each Region's own, replicas of one another, or shared by all. */
export interface Tables {
  readonly config: DynamoDBConfig
  /** Called by dynalite with each write that no replica makes, and its Region if that has its own tables, while the item is locked. */
  readonly listeners: ((change: Change, region?: Region) => void)[]
  close(): Promise<void>
}

/** For DynamoDB Local, which accepts any. Letters and digits only: it rejects others. */
const anyCredentials: DatabaseCredentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Makes the credentials of one start, which no program outside has. */
function newCredentials(): DatabaseCredentials {
  const random = (bytes: number) => randomBytes(bytes).toString('hex').toUpperCase()
  return { accessKeyId: random(10), secretAccessKey: random(20) }
}

/** Folder of the database that all Regions share; that of a single Region has the Region's name. */
const sharedName = 'all-regions'

/**
 * Starts one dynalite for each Region on loopback, with credentials of this start. Of the table `replicated`, they are
 * replicas of one another. With the folder `data`, items survive a killed process. Rejects if another process uses that folder, or if
 * it was made in the other mode.
 */
export async function startDynalite(regions: readonly Region[], data?: string, replicated?: string): Promise<Tables> {
  if (data !== undefined) refuseFolder(data, { ifItHolds: name => name === sharedName, madeIn: 'strong' })
  const credentials = newCredentials()
  const replication = createReplication(replicated)
  const listeners: Tables['listeners'] = []
  const servers = await Promise.all(
    regions.map(async region => {
      const path = data === undefined ? undefined : await checkDatabase(join(data, region))
      const onChange = (change: Change) => {
        replication.send(region, change)
        listeners.forEach(each => each(change, region))
      }
      const replica = dynalite({ credentials, path, onChange, needsBefore: () => listeners.length > 0 })
      replication.replicas.set(region, replica)
      return { region, server: await listen(replica.server) }
    }),
  )
  const ports = new Map(servers.map(({ region, server }) => [region, portOf(server)]))
  return {
    config: region => ({ credentials, endpoint: `http://127.0.0.1:${ports.get(region)}` }),
    listeners,
    async close() {
      await replication.close()
      await Promise.all(servers.map(({ server }) => closeServer(server)))
    },
  }
}

/** Replication typically takes a second or less (AWS, "How DynamoDB global tables work"). */
const lagMs = 1000

/**
 * Carries each write of a table to the other replicas after a fixed lag. A replica doesn't send on what it received, and the
 * last write to arrive wins: a link is written in its home Region only. If the process is killed, the other Regions never get
 * what was in transit.
 */
function createReplication(table: string | undefined) {
  const replicas = new Map<Region, Dynalite>()
  const deliveries = new Set<Promise<void>>()
  const closing = new AbortController()
  async function deliver(change: Change, replica: Dynalite): Promise<void> {
    await pause(lagMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
    await replica.apply(change)
  }
  return {
    replicas,
    /** Sends a change made in `region`. Call this while the item is locked there. */
    send(region: Region, change: Change): void {
      if (closing.signal.aborted || change.table !== table) return
      for (const [other, replica] of replicas) {
        if (other === region) continue
        // If nothing awaits it, a failure ends the process: replicas that drift apart unnoticed would be worse.
        const delivery = deliver(change, replica).finally(() => deliveries.delete(delivery))
        deliveries.add(delivery)
      }
    },
    /** Delivers all changes in transit now. Later changes stay in their Region. */
    async close(): Promise<void> {
      closing.abort()
      await Promise.all(deliveries)
    },
  }
}

/**
 * Starts one dynalite that all Regions share, as a strongly consistent (MRSC) global table appears to its users: one
 * register for each item in all Regions. Doesn't emulate the time that its members take to agree. `data` as above.
 */
export async function startSharedDynalite(data?: string): Promise<Tables> {
  if (data !== undefined) refuseFolder(data, { ifItHolds: isRegion, madeIn: 'home' })
  const path = data === undefined ? undefined : await checkDatabase(join(data, sharedName))
  const credentials = newCredentials()
  const listeners: Tables['listeners'] = []
  const onChange = (change: Change) => listeners.forEach(each => each(change))
  const needsBefore = () => listeners.length > 0
  const server = await listen(dynalite({ credentials, path, onChange, needsBefore }).server)
  const endpoint = `http://127.0.0.1:${portOf(server)}`
  return { config: () => ({ credentials, endpoint }), listeners, close: () => closeServer(server) }
}

/** Which tables an emulator has. */
export interface TablesOptions {
  readonly regions: readonly Region[]
  /** @default home */
  readonly mode?: 'home' | 'strong' | undefined
  /** @default in memory */
  readonly folder?: string | undefined
  /** Endpoint of a DynamoDB that keeps Regions apart. @default dynalite */
  readonly dynamodb?: string | undefined
}

/** Starts the tables of an emulator, in which the table `replicated` follows its other Regions. */
export async function startTables(options: TablesOptions, replicated: string): Promise<Tables> {
  const { regions, mode, folder, dynamodb } = options
  if (dynamodb !== undefined) return tablesAt(dynamodb, mode === 'strong' ? regions[0] : undefined)
  if (mode === 'strong') return startSharedDynalite(folder)
  return startDynalite(regions, folder, replicated)
}

/** Throws if the other mode made the folder: its tables would seem empty, and every link used. */
function refuseFolder(data: string, { ifItHolds, madeIn }: { ifItHolds: (name: string) => boolean; madeIn: string }) {
  const names = existsSync(data) ? readdirSync(data) : []
  if (!names.some(ifItHolds)) return
  throw new Error(`the tables in ${data} were made in mode "${madeIn}"; use that mode or another folder`)
}

async function listen(server: Server): Promise<Server> {
  server.keepAliveTimeout = keepAliveMs
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Rejects if another process has the database at `path` open: dynalite would fail only at the first request. */
async function checkDatabase(path: string): Promise<string> {
  const database = new ClassicLevel(path)
  try {
    await database.open()
  } catch (cause) {
    throw new Error(`can't open the tables in ${path}; does another emulator use them?`, { cause })
  }
  await database.close()
  return path
}

/**
 * Uses the tables of a DynamoDB that runs at `endpoint`, such as DynamoDB Local, keeps Regions apart and doesn't
 * replicate. With `sharedRegion`, all Regions use the tables of that one, as if they shared an MRSC table.
 */
export function tablesAt(endpoint: string, sharedRegion?: Region): Tables {
  const shared = sharedRegion !== undefined && { region: sharedRegion }
  const config = () => ({ credentials: anyCredentials, endpoint, ...shared })
  return { config, listeners: [], close: async () => undefined }
}
