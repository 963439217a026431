import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { dynamodbAnswers } from '../api/adapters/dynamodb-answers.ts'
import { dynamodbLinks } from '../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../api/adapters/dynamodb.ts'
import { type ApiDeployment, deploymentHere } from '../api/deployment-here.ts'
import { operationsOf } from '../api/adapters/dynamodb-operations.ts'
import { s3Presigner } from '../api/adapters/s3-presigner.ts'
import { createExchangeHandler } from '../api/exchange-handler.ts'
import { createHandler as createApi } from '../api/handler.ts'
import { dynamodbLinkTable } from '../shared/dynamodb-link-table.ts'
import { dynamodbIn } from '../edge/adapters/dynamodb.ts'
import { systemClock } from '../edge/adapters/system-clock.ts'
import { createHandler as createEdge } from '../edge/handler.ts'
import { type Deployment, parseDeployment } from '../shared/deployment.ts'
import { createKeyring, type Keyring } from '../shared/keys.ts'
import type { Region } from '../shared/regions.ts'
import type { Clock } from '../shared/time.ts'
import { serveViewers } from './distribution.ts'
import { type Directory, serveFront } from './front.ts'
import { localSecret } from './local-secret.ts'
import { listenOnLoopback, type LoopbackServer } from './loopback.ts'
import { folderOrigin } from './origin.ts'
import { createReplication, defaultLagMs } from './replication.ts'
import { serveRestApi } from './rest-api.ts'
import { type Bucket, makeBucket, serveS3 } from './s3.ts'
import { startSweeping, type Sweeping } from './sweeping.ts'
import { createTables, startDynalite, startSharedDynalite, type Tables, tablesAt } from './tables.ts'

const linksTable = 'links'

/** What to emulate, and where. */
export interface EmulatorOptions {
  /** The api's port; each edge has the next one, and S3 the one after. 0 takes any that are free. */
  readonly port: number
  /** The folder whose files are the objects. */
  readonly bucket: string
  /** One edge and one replica a Region; the first is the default home. */
  readonly regions: readonly Region[]
  /** How one winner is kept across Regions; `strong` needs three of them. @default home */
  readonly mode?: Deployment['mode'] | undefined
  /** Mode `home`: from a write in one Region until dynalite's others have it, in milliseconds. @default 1000 */
  readonly lagMs?: number | undefined
  /** Where keys and tables are kept; without it they end with the process. */
  readonly data?: string | undefined
  /** The endpoint of a DynamoDB that tells Regions apart, instead of one dynalite a Region. */
  readonly dynamodb?: string | undefined
  /** How often what is over is removed from the tables, in milliseconds. @default an hour */
  readonly sweepEveryMs?: number
  /** @default the machine's */
  readonly clock?: Clock
  /** Gets the log lines of edges and api. @default standard output, as JSON */
  readonly log?: (line: object) => void
}

/** A running emulator: where api, edges and S3 are, and a way to end it. A link opens at any edge. */
export interface Emulator extends Directory {
  close(): Promise<void>
}

/** What edges and functions of one emulator have in common. */
interface Parts {
  readonly deployment: ApiDeployment
  readonly clock: Clock
  readonly keyring: Keyring
  readonly tables: Tables
  readonly log: (line: object) => void
}

/** Starts tables, edges and api on 127.0.0.1, with the handlers that ship. Rejects when a port or folder can't be had. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { port, bucket, regions, data, clock = systemClock, log = line => console.log(JSON.stringify(line)) } = options
  // Whatever was started is ended again if the rest can't be.
  await using starting = new AsyncDisposableStack()
  if (data !== undefined) mkdirSync(data, { recursive: true })
  const secret = localSecret(data)
  const tables = starting.adopt(await startTables(options), each => each.close())
  const api = starting.adopt(await listenOnLoopback(port), server => server.close())
  const servers: LoopbackServer[] = []
  for (const index of regions.keys()) {
    const server = await listenOnLoopback(port === 0 ? 0 : port + 1 + index)
    servers.push(starting.adopt(server, each => each.close()))
  }
  const s3 = starting.adopt(await listenOnLoopback(port === 0 ? 0 : port + 1 + regions.length), each => each.close())
  const deployment = deploymentAt(servers[0]?.origin ?? '', options)
  await createTables([deployment.linksTable, deployment.answersTable], regions, tables.config)

  const parts = { deployment, clock, log, tables, keyring: createKeyring([async () => secret.text], clock) }
  const content = { origin: folderOrigin(bucket), now: () => clock.now() }
  const distribution = { keyGroup: secret.publicKeys, ...content }
  for (const [index, region] of regions.entries()) {
    servers[index]?.serve(serveViewers({ ...distribution, viewerRequest: edgeIn(region, parts) }))
  }
  const localBucket = makeBucket(deployment.homeRegions[0])
  s3.serve(serveS3(localBucket, content))
  const directory = { ...directoryOf(api, regions, servers), s3: `${s3.origin}/${localBucket.name}` }
  const functions = { links: linksOf(parts), exchange: exchangeOf(parts, localBucket, s3.origin) }
  api.serve(serveFront(directory, serveRestApi(functions)))
  starting.adopt(startSweeping(sweepingOf(options, parts)), sweeping => sweeping.close())
  const started = starting.move()
  return { ...directory, close: () => started.disposeAsync() }
}

/** A table that all Regions share is swept once. */
function sweepingOf(
  { regions, mode, sweepEveryMs = 3_600_000 }: EmulatorOptions,
  { tables, clock, log }: Parts,
): Sweeping {
  const swept = mode === 'strong' ? regions.slice(0, 1) : regions
  return { tables, linksTable, regions: swept, clock, everyMs: sweepEveryMs, log }
}

function directoryOf(api: LoopbackServer, regions: readonly Region[], servers: readonly LoopbackServer[]) {
  const edges = Object.fromEntries(regions.map((region, index) => [region, servers[index]?.origin ?? '']))
  return { api: api.origin, edges }
}

function deploymentAt(linkOrigin: string, { regions, mode = 'home' }: EmulatorOptions): ApiDeployment {
  const deployment = parseDeployment({
    mode,
    homeRegions: regions,
    linkOrigin,
    linksTable,
    answersTable: 'answers',
    secretName: 'local',
  })
  return deploymentHere(deployment, deployment.homeRegions[0], undefined)
}

async function startTables(options: EmulatorOptions): Promise<Tables> {
  const { regions, data, dynamodb, mode, lagMs = defaultLagMs } = options
  if (dynamodb !== undefined) return tablesAt(dynamodb, mode === 'strong' ? regions[0] : undefined)
  const folder = data && join(data, 'tables')
  if (mode === 'strong') return startSharedDynalite(folder)
  return startDynalite(regions, folder, createReplication({ tables: [linksTable], lagMs }))
}

function edgeIn(region: Region, { deployment, tables, clock, keyring, log }: Parts) {
  const { linksTable, homeRegions } = deployment
  const table = dynamodbLinkTable(linksTable, dynamodbIn(homeRegions, tables.config))
  const ports = { clock, random: randomBytes, keyring, table, log: (line: object) => log({ edge: region, ...line }) }
  return createEdge(ports, deployment, region)
}

function linksOf({ deployment, tables, clock, keyring, log }: Parts) {
  const { linksTable, answersTable, homeRegions } = deployment
  const [region] = homeRegions
  return createApi(
    {
      clock,
      keyring,
      random: randomBytes,
      links: dynamodbLinks(linksTable, dynamodbOfApi(homeRegions, tables.config)),
      answers: dynamodbAnswers(answersTable, { region, ...tables.config(region) }),
      log: line => log({ api: region, ...line }),
    },
    deployment,
    region,
  )
}

function exchangeOf({ deployment, tables, clock, keyring, log }: Parts, bucket: Bucket, endpoint: string) {
  const { linksTable, homeRegions } = deployment
  const [here] = homeRegions
  const { name, region, credentials } = bucket
  return createExchangeHandler(
    {
      clock,
      keyring,
      random: randomBytes,
      table: dynamodbLinkTable(linksTable, operationsOf(dynamodbOfApi(homeRegions, tables.config))),
      presigner: s3Presigner(name, { region, credentials, endpoint }),
      log: line => log({ api: here, ...line }),
    },
    deployment,
    here,
  )
}
