import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { dynamodbIdempotencyStore, dynamodbQuota } from '../api/adapters/dynamodb-api-state.ts'
import { dynamodbLinkLists } from '../api/adapters/dynamodb-link-lists.ts'
import { dynamodbLinks } from '../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi, operationsOf } from '../api/adapters/dynamodb.ts'
import { s3Presigner } from '../api/adapters/s3-presigner.ts'
import { createExchangeHandler } from '../api/exchange-handler.ts'
import { createHandler as createApi } from '../api/handler.ts'
import { type ApiDeployment, apiDeployment } from '../api/local-deployment.ts'
import { dynamodbIn } from '../edge/adapters/dynamodb.ts'
import { systemClock } from '../edge/adapters/process.ts'
import { createHandler as createEdge } from '../edge/handler.ts'
import { type Deployment, parseDeployment } from '../shared/deployment.ts'
import { createKeyring, type Keyring } from '../shared/keys.ts'
import { dynamodbLinkTable } from '../shared/redemption/dynamodb-link-table.ts'
import type { Region } from '../shared/regions.ts'
import type { Clock } from '../shared/time.ts'
import { serveViewers } from './cloudfront/distribution.ts'
import { type ConsoleOptions, createConsole } from './console/console.ts'
import { startSweeping, type Sweeping } from './dynamodb/sweeper.ts'
import { createTables, startTables, type Tables } from './dynamodb/tables.ts'
import { firstKey } from './first-key.ts'
import { takeUploads } from './front/files.ts'
import { type EmulatorUrls, guideTo, privateGuideTo, serveFront } from './front/front.ts'
import { serveRestApi } from './front/rest-api.ts'
import { makeToken, type Token } from './front/token.ts'
import { localSecret } from './local-secret.ts'
import { makePrivateFolder } from './private-files.ts'
import { folderOrigin } from './s3/origin.ts'
import { type Bucket, makeBucket, serveS3 } from './s3/s3.ts'
import { openServers, originsOf, type Servers } from './servers.ts'

const linksTable = 'links'

/** What the emulator runs, and where. */
export interface EmulatorOptions {
  /** Port of the api; the edges get the next ones, S3 the one after them. 0: any free ports. */
  readonly port: number
  /** Folder whose files are the objects, besides uploaded ones. The emulator never writes to it. */
  readonly bucket: string
  /** Each Region gets an edge and a replica. The first is the default home Region. */
  readonly regions: readonly Region[]
  /** How Regions agree on a link's one redemption; `strong` needs exactly three Regions. @default home */
  readonly mode?: Deployment['mode'] | undefined
  /** Mode `home`: milliseconds from a write in one Region until dynalite's other replicas have it. @default 1000 */
  readonly lagMs?: number | undefined
  /** Folder that keeps keys, tables and uploaded files, for this user only; without it they end with the process. */
  readonly data?: string | undefined
  /** Home folder of the only user who may use console, API and files: their token is in it. @default no token is needed */
  readonly privateTo?: string | undefined
  /** Endpoint of a DynamoDB that keeps Regions apart. @default one dynalite for each Region */
  readonly dynamodb?: string | undefined
  /** Milliseconds between sweeps, which remove expired items from the tables. @default an hour */
  readonly sweepEveryMs?: number
  /** @default the machine's clock */
  readonly clock?: Clock
  /** Gets the log lines of edges, api and sweeper. @default standard output, as JSON */
  readonly log?: (line: object) => void
}

/** A running emulator and its URLs. Each edge redeems each link. */
export interface Emulator extends EmulatorUrls {
  /** What console, API and files require of a request; absent if nothing. */
  readonly token?: Token
  close(): Promise<void>
}

/** What the edges and functions of one emulator share. */
interface Parts {
  readonly deployment: ApiDeployment
  readonly clock: Clock
  readonly keyring: Keyring
  readonly tables: Tables
  readonly log: (line: object) => void
}

/** Starts tables, edges and api on 127.0.0.1, with the handlers that ship. Rejects if a port or folder is unavailable. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { port, bucket, regions, data, clock = systemClock, log = line => console.log(JSON.stringify(line)) } = options
  // If a later step fails, this ends what earlier steps started.
  await using starting = new AsyncDisposableStack()
  if (data !== undefined) makePrivateFolder(data)
  const secret = localSecret(data)
  const uploads = starting.adopt(takeUploads(data), each => each.close())
  const tables = starting.adopt(
    await startTables({ ...options, folder: data && join(data, 'tables') }, linksTable),
    each => each.close(),
  )
  const servers = await openServers(port, regions, starting)
  const localBucket = makeBucket(regions[0] ?? '')
  const urls = urlsOf(servers, localBucket)
  const token = options.privateTo === undefined ? undefined : makeToken(options.privateTo, urls.api)
  starting.defer(() => token?.close())
  const webConsole = createConsole(consoleOptions(urls, options, clock))
  const deployment = deploymentAt(Object.values(urls.edges)[0] ?? '', options)
  await createTables([deployment.linksTable, deployment.apiStateTable], regions, tables.config)

  const logAndShow = (line: object) => (webConsole.note(line), log(line))
  const parts = { deployment, clock, log: logAndShow, tables, keyring: createKeyring([async () => secret.text], clock) }
  const content = { origin: folderOrigin(uploads.folder, bucket), now: () => clock.now() }
  const distribution = { keyGroup: secret.publicKeys, ...content }
  for (const [region, server] of servers.edges) {
    server.serve(serveViewers({ ...distribution, viewerRequest: edgeIn(region, parts) }))
  }
  servers.s3.serve(serveS3(localBucket, content))
  const api = serveRestApi({ links: linksOf(parts), exchange: exchangeOf(parts, localBucket, servers.s3.origin) })
  servers.api.serve(serveFront(urls, { console: webConsole.listener, files: uploads.listener, api }, token))
  starting.adopt(startSweeping(sweepingOf(options, parts)), sweeping => sweeping.close())
  const started = starting.move()
  return { ...urls, ...(token && { token }), close: () => started.disposeAsync() }
}

function urlsOf({ api, edges, s3 }: Servers, { name }: Bucket): EmulatorUrls {
  return { api: api.origin, edges: originsOf(edges), s3: `${s3.origin}/${name}` }
}

function consoleOptions(
  urls: EmulatorUrls,
  { bucket, regions, mode = 'home', privateTo }: EmulatorOptions,
  clock: Clock,
): ConsoleOptions {
  const sampleKey = firstKey(bucket)
  const setup = { edges: urls.edges, homeRegions: regions, mode, ...(sampleKey !== undefined && { sampleKey }) }
  const guide = privateTo === undefined ? guideTo(urls) : privateGuideTo(urls)
  return { setup, guide, now: () => clock.now() }
}

/** Sweeps each replica, and a table that all Regions share only once. */
function sweepingOf(
  { regions, mode, sweepEveryMs = 3_600_000 }: EmulatorOptions,
  { tables, clock, log }: Parts,
): Sweeping {
  const swept = mode === 'strong' ? regions.slice(0, 1) : regions
  return { tables, linksTable, regions: swept, clock, everyMs: sweepEveryMs, log }
}

function deploymentAt(linkOrigin: string, { regions, mode = 'home' }: EmulatorOptions): ApiDeployment {
  const deployment = parseDeployment({
    mode,
    homeRegions: regions,
    linkOrigin,
    linksTable,
    apiStateTable: 'api-state',
    secretName: 'local',
    callerQuota: 60_000, // all programs on this machine count as one caller
  })
  return apiDeployment(deployment, deployment.homeRegions[0], undefined)
}

function edgeIn(region: Region, { deployment, tables, clock, keyring, log }: Parts) {
  const { linksTable, homeRegions } = deployment
  const table = dynamodbLinkTable(linksTable, dynamodbIn(homeRegions, tables.config))
  const ports = { clock, random: randomBytes, keyring, table, log: (line: object) => log({ edge: region, ...line }) }
  return createEdge(ports, deployment, region)
}

function linksOf({ deployment, tables, clock, keyring, log }: Parts) {
  const { linksTable, apiStateTable, homeRegions } = deployment
  const [region] = homeRegions
  const dynamodb = dynamodbOfApi(homeRegions, tables.config)
  const local = { region, ...tables.config(region) }
  return createApi(
    {
      clock,
      keyring,
      random: randomBytes,
      links: dynamodbLinks(linksTable, dynamodb),
      listings: dynamodbLinkLists(linksTable, dynamodb),
      idempotency: dynamodbIdempotencyStore(apiStateTable, local),
      quota: dynamodbQuota(apiStateTable, local),
      log: line => log({ api: region, ...line }),
    },
    deployment,
    region,
  )
}

function exchangeOf({ deployment, tables, clock, keyring, log }: Parts, bucket: Bucket, endpoint: string) {
  const { linksTable, homeRegions } = deployment
  const [localRegion] = homeRegions
  const { name, region, credentials } = bucket
  return createExchangeHandler(
    {
      clock,
      keyring,
      random: randomBytes,
      table: dynamodbLinkTable(linksTable, operationsOf(dynamodbOfApi(homeRegions, tables.config))),
      presigner: s3Presigner(name, { region, credentials, endpoint }),
      log: line => log({ api: localRegion, ...line }),
    },
    deployment,
    localRegion,
  )
}
