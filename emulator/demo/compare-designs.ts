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
import { createTables, startDynalite, type Tables } from '../dynamodb/tables.ts'
import { type LocalSecret, localSecret } from '../local-secret.ts'
import { listenOnLoopback } from '../servers.ts'
import { folderOrigin } from '../s3/origin.ts'

/** Which replica an edge asks: that of its own Region, or the home that the nonce names. */
export type Design = 'nearest' | 'home'

/** What became of one link that two viewers opened at the same moment. */
export interface Trial {
  readonly homeRegion: Region
  readonly openings: readonly ViewerResult[]
  /** How many items each replica held when every write had arrived everywhere. */
  readonly left: readonly { readonly region: Region; readonly items: number }[]
}

/** What one viewer met. */
export interface ViewerResult {
  readonly edge: Region
  readonly status: number
  /** Bytes of the file that the capability led to; absent when there was no capability. */
  readonly bytes?: number
  /** What the viewer was told instead of getting one. */
  readonly refusal?: string
}

/** One trial of each design. */
export interface Comparison extends Readonly<Record<Design, Trial>> {
  /** What this product answers to whoever configures the nearest replica. */
  readonly refusal: string
}

/** How long writes travel, and how to wait for them. */
export interface ComparisonOptions {
  /** In milliseconds; the two viewers have to be served within it. */
  readonly lagMs: number
  /** Resolves when all writes have arrived. */
  readonly arrival: (replication: Replication) => Promise<void>
}

const homeRegion: Region = 'us-east-1'
const regions = [homeRegion, 'eu-west-1'] as const
/** In the sample bucket. */
const key = 'hello.txt' as ObjectKey
const settings = {
  mode: 'home',
  homeRegions: regions,
  linkOrigin: 'http://127.0.0.1', // links are opened at each edge's own port
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
 * Gives one link to two viewers in two Regions at once, on eventually consistent tables, with the edge handler that ships:
 * first as if each edge asked its nearest replica, then as this product asks. Reports what happened, whatever it was.
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
  return { nearest: await tryOut('nearest', parts), home: await tryOut('home', parts), refusal: refusalOfNearest() }
}

async function tryOut(design: Design, parts: Parts): Promise<Trial> {
  await using running = new AsyncDisposableStack()
  const edges = []
  for (const region of regions) {
    const server = running.adopt(await listenOnLoopback(0), each => each.close())
    server.serve(serveViewers(distributionOf(region, design, parts)))
    edges.push({ region, origin: server.origin })
  }
  const nonce = await issue(parts)
  await parts.arrived()
  const openings = await Promise.all(edges.map(({ region, origin }) => open(region, `${origin}/d/${nonce}`)))
  await parts.arrived()
  const left = await Promise.all(regions.map(async region => ({ region, items: await countIn(region, parts) })))
  return { homeRegion, openings, left }
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

/** The design that is not ours, in one line: whichever Region was to be asked, ask this one. */
function nearestOf(table: LinkTable, here: Region): LinkTable {
  return {
    tryConsume: (redemption, attempt) => table.tryConsume(redemption, { ...attempt, region: here }),
    exists: (id, attempt) => table.exists(id, { ...attempt, region: here }),
    inspect: (id, hold, attempt) => table.inspect(id, hold, { ...attempt, region: here }),
  }
}

async function issue({ deployment, keyring, tables }: Parts): Promise<Nonce> {
  const issuedAt = secondsOf(systemClock.now())
  const expiresAt = plusSeconds(issuedAt, deployment.linkSeconds)
  const flags = { confirm: false, receipt: false, bound: false, media: false }
  const { mac } = await keyring.current()
  const nonce = mintNonce({ flags, homeRegion, expiresAt }, randomBytes(randomBytesInNonce), mac)
  const purgeAt = plusSeconds(expiresAt, purgeDelaySeconds)
  const life = { issuedAt, expiresAt, purgeAt, urlSeconds: deployment.urlSeconds }
  const link = { id: linkIdOf(nonce), key, homeRegion, bind: 'exact', ...life } as const
  await dynamodbLinks(deployment.linksTable, dynamodbOfApi(regions, tables.config)).put(link, homeRegion)
  return nonce
}

async function open(edge: Region, url: string): Promise<ViewerResult> {
  const answer = await fetch(url, { redirect: 'manual' })
  const text = await answer.text()
  const location = answer.headers.get('location')
  if (location === null) return { edge, status: answer.status, refusal: (JSON.parse(text) as { title: string }).title }
  const file = await fetch(new URL(location, url))
  const { byteLength } = await file.arrayBuffer()
  if (!file.ok) throw new Error(`the capability of ${edge} led to ${file.status}`)
  return { edge, status: answer.status, bytes: byteLength }
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
