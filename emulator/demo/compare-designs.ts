import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../edge/adapters/dynamodb.ts'
import { systemClock } from '../../edge/adapters/process.ts'
import { createHandler } from '../../edge/handler.ts'
import { type Deployment, parseDeployment, purgeDelaySeconds } from '../../shared/deployment.ts'
import { createKeyring, type Keyring } from '../../shared/keys.ts'
import { linkIdOf } from '../../shared/link.ts'
import { mintNonce, type Nonce, randomBytesInNonce } from '../../shared/nonce.ts'
import type { ObjectKey } from '../../shared/object-key.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../shared/redemption/dynamodb-link-table.ts'
import type { LinkTable } from '../../shared/redemption/link-table.ts'
import type { Region } from '../../shared/regions.ts'
import { plusSeconds, secondsOf } from '../../shared/time.ts'
import { serveViewers } from '../cloudfront/distribution.ts'
import { createReplication, type Replication } from '../dynamodb/replication.ts'
import { createTables } from '../dynamodb/create-tables.ts'
import { startDynalite, type Tables } from '../dynamodb/tables.ts'
import { type LocalSecret, localSecret } from '../local-secret.ts'
import { listenOnLoopback } from '../servers.ts'
import { folderOrigin } from '../s3/origin.ts'

/** Where an edge consumes a link: in its own Region, or in the home Region that the nonce names. */
export type Design = 'nearest' | 'home'

/** Outcome of one link that two viewers opened at the same moment. */
export interface Trial {
  readonly homeRegion: Region
  readonly results: readonly ViewerResult[]
  /** Number of items in each replica after every write had arrived everywhere. */
  readonly left: readonly { readonly region: Region; readonly items: number }[]
}

/** What one viewer got. */
export interface ViewerResult {
  readonly edge: Region
  readonly status: number
  /** Size of the file that the capability gave, in bytes; absent without a capability. */
  readonly bytes?: number
  /** Title of the refusal; absent with a capability. */
  readonly refusal?: string
}

/** One trial of each design. */
export interface Comparison extends Readonly<Record<Design, Trial>> {
  /** Error message of a deployment that configures the nearest replica. */
  readonly refusal: string
}

/** Replication lag, and how to wait for it. */
export interface ComparisonOptions {
  /** In milliseconds; both viewers must get their responses within it. */
  readonly lagMs: number
  /** Resolves when all writes have arrived everywhere. */
  readonly arrival: (replication: Replication) => Promise<void>
}

const homeRegion: Region = 'us-east-1'
const regions = [homeRegion, 'eu-west-1'] as const
/** A file of the sample bucket. */
const key = 'hello.txt' as ObjectKey
const settings = {
  mode: 'home',
  homeRegions: regions,
  linkOrigin: 'http://127.0.0.1', // viewers use each edge's own port instead
  linksTable: 'links',
  apiStateTable: 'api-state',
  secretName: 'local',
}

/** What all trials use. */
interface Parts {
  readonly deployment: Deployment
  readonly secret: LocalSecret
  readonly keyring: Keyring
  readonly tables: Tables
  readonly dynamodb: DynamoDB
  readonly arrived: () => Promise<void>
}

/**
 * Has two viewers in two Regions open one link at once, on eventually consistent tables, with the edge handler that ships:
 * first as if each edge used its nearest replica, then as this product does. Returns what happened, without judging it.
 */
export async function compareDesigns({ lagMs, arrival }: ComparisonOptions): Promise<Comparison> {
  await using running = new AsyncDisposableStack()
  const deployment = parseDeployment(settings)
  const replication = createReplication({ tables: [deployment.linksTable], lagMs })
  const tables = running.adopt(await startDynalite(regions, undefined, replication), each => each.close())
  await createTables([deployment.linksTable], regions, tables.config)
  const secret = localSecret()
  const keyring = createKeyring([async () => secret.text], systemClock)
  const dynamodb = dynamodbIn(regions, tables.config)
  const parts = { deployment, secret, keyring, tables, dynamodb, arrived: () => arrival(replication) }
  return { nearest: await runTrial('nearest', parts), home: await runTrial('home', parts), refusal: refusalOfNearest() }
}

async function runTrial(design: Design, parts: Parts): Promise<Trial> {
  await using running = new AsyncDisposableStack()
  const edges = []
  for (const region of regions) {
    const server = running.adopt(await listenOnLoopback(0), each => each.close())
    server.serve(serveViewers(distributionOf(region, design, parts)))
    edges.push({ region, origin: server.origin })
  }
  const nonce = await issue(parts)
  await parts.arrived()
  const results = await Promise.all(edges.map(({ region, origin }) => open(region, `${origin}/d/${nonce}`)))
  await parts.arrived()
  const left = await Promise.all(regions.map(async region => ({ region, items: await countIn(region, parts) })))
  return { homeRegion, results, left }
}

function distributionOf(edge: Region, design: Design, { deployment, secret, keyring, dynamodb }: Parts) {
  const table = dynamodbLinkTable(deployment.linksTable, dynamodb)
  const ports = { clock: systemClock, random: randomBytes, keyring, log: () => undefined }
  return {
    viewerRequest: createHandler(
      { ...ports, table: design === 'home' ? table : nearestOf(table, edge) },
      deployment,
      edge,
    ),
    keyGroup: secret.publicKeys,
    origin: folderOrigin(join(import.meta.dirname, '../bucket')),
    now: () => systemClock.now(),
  }
}

/** Implements the design that is not ours: sends every call to `region`, whichever Region the caller chose. */
function nearestOf(table: LinkTable, region: Region): LinkTable {
  return {
    tryConsume: (redemption, attempt) => table.tryConsume(redemption, { ...attempt, region }),
    tryReserve: (redemption, attempt) => table.tryReserve(redemption, { ...attempt, region }),
    exists: (id, attempt) => table.exists(id, { ...attempt, region }),
    inspect: (link, kind, attempt) => table.inspect(link, kind, { ...attempt, region }),
  }
}

async function issue({ deployment, keyring, tables }: Parts): Promise<Nonce> {
  const issuedAt = secondsOf(systemClock.now())
  const expiresAt = plusSeconds(issuedAt, deployment.linkSeconds)
  const flags = { confirm: false, receipt: false, bound: false, media: false, client: false, passphrase: false }
  const { mac } = await keyring.current()
  const nonce = mintNonce({ flags, homeRegion, expiresAt }, randomBytes(randomBytesInNonce), mac)
  const purgeAt = plusSeconds(expiresAt, purgeDelaySeconds)
  const life = { issuedAt, expiresAt, purgeAt, urlSeconds: deployment.urlSeconds }
  const link = { id: linkIdOf(nonce), key, homeRegion, bind: 'exact', ...life } as const
  await dynamodbLinks(deployment.linksTable, dynamodbOfApi(regions, tables.config)).put(link, homeRegion)
  return nonce
}

async function open(edge: Region, url: string): Promise<ViewerResult> {
  const response = await fetch(url, { redirect: 'manual' })
  const { status } = response
  const text = await response.text()
  const location = response.headers.get('location')
  if (location === null) return { edge, status, refusal: (JSON.parse(text) as { title: string }).title }
  const file = await fetch(new URL(location, url))
  const { byteLength } = await file.arrayBuffer()
  if (!file.ok) throw new Error(`the capability of ${edge} got ${file.status} instead of the file`)
  return { edge, status, bytes: byteLength }
}

async function countIn(region: Region, { deployment, tables }: Parts): Promise<number> {
  const client = new DynamoDBClient({ region, ...tables.config(region) })
  const { Count = 0 } = await client.send(new ScanCommand({ TableName: deployment.linksTable, Select: 'COUNT' }))
  client.destroy()
  return Count
}

function refusalOfNearest(): string {
  try {
    parseDeployment({ ...settings, mode: 'nearest' })
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('a deployment with the mode "nearest" was accepted')
}
