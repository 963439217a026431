import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type ApiDeployment, apiDeployment } from '../api/local-deployment.ts'
import { dynamodbIn } from '../edge/adapters/aws.ts'
import { systemClock } from '../shared/aws/process.ts'
import { createHandler as createEdge } from '../edge/redeem/handler.ts'
import { withPageOrigins } from '../shared/cloudfront/page-origins.ts'
import type { Brand } from '../shared/texts/brand.ts'
import { type Deployment, parseDeployment } from '../shared/settings/deployment.ts'
import { createKeyring } from '../shared/secrets/keys.ts'
import type { Region } from '../shared/regions.ts'
import type { Clock } from '../shared/time.ts'
import { createErrorPages } from '../edge/error-pages/error-pages.ts'
import { bundleGate, bundleGateForPages } from '../edge/gate/bundle.ts'
import { exchangeOf, linksOf, linkTableOf, type Parts, uploadsOf } from './api-functions.ts'
import type { CachePolicy } from './cloudfront/cache-policy.ts'
import type { GateOrder } from './cloudfront/content.ts'
import { createDeliveryLog } from './delivery-log.ts'
import { serveViewers } from './cloudfront/distribution.ts'
import { createGate, type Gate } from './cloudfront/gate.ts'
import { createConsole } from './console/console.ts'
import { startSweeping } from './dynamodb/sweeper.ts'
import { createTables } from './dynamodb/create-tables.ts'
import { startTables } from './dynamodb/tables.ts'
import { type EmulatorUrls, serveFront } from './front/front.ts'
import { serveRestApi } from './front/rest-api.ts'
import { createTokenLogin } from './front/token-login.ts'
import { makeToken, type Token } from './front/token.ts'
import { localSecret } from './local-secret.ts'
import { createLogin, type LocalLogin } from './login.ts'
import { makePrivateFolder, makeTemporaryFolder } from './private-files.ts'
import { folderObjects } from './s3/folder-objects.ts'
import { multipart } from './s3/multipart.ts'
import { s3Origin } from './s3/origin.ts'
import { type Bucket, makeBucket, serveS3 } from './s3/s3.ts'
import { createScanner, type ScanOptions } from './s3/scanner.ts'
import { versionedObjects } from './s3/versioned-objects.ts'
import type { Access } from './settings-files.ts'
import { openServers, type Servers, type TlsIdentity } from './servers.ts'
import { createWebhooks } from './webhooks.ts'

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
  /** Folder that keeps keys, tables and uploaded files, for this user only; without it they end with the process. */
  readonly data?: string | undefined
  /** Home folder of the only user who may use console and API: their token is in it. @default no token is needed */
  readonly privateTo?: string | undefined
  /** Endpoint of a DynamoDB that keeps Regions apart. @default one dynalite for each Region */
  readonly dynamodb?: string | undefined
  /** Milliseconds that edges and exchange wait for each response of the table of links. @default as on AWS, at most 1.5 s */
  readonly tableTimeoutMs?: number | undefined
  /** What each edge caches. @default nothing, as a deployment without `cacheSeconds` */
  readonly cache?: CachePolicy | undefined
  /** Edges log what they deliver, and the API shows it at once. @default false */
  readonly deliveryProof?: boolean | undefined
  /** Edges listen on ::1 too, on the same port, and links work over IPv6. @default false */
  readonly ipv6?: boolean | undefined
  /** The callers that may use the API, by list and by token. @default every program on this machine */
  readonly access?: Access | undefined
  /** Senders log in, at a provider of its own with a port after that of S3. Not with `access` and `privateTo`. @default false */
  readonly login?: boolean | undefined
  /** With `login`, the claim that names the sender of links; tokens have `name`. @default senders name it */
  readonly senderClaim?: string | undefined
  /** What pages show, as the setting of a deployment. @default none */
  readonly brand?: Brand | undefined
  /** Gets webhooks of links that name the endpoint `local`: a URL of this machine. Not with `dynamodb`. @default no endpoint */
  readonly notify?: string | undefined
  /** Uploads are scanned, as with the setting `scan`: there is no link to one before its result. @default no scan */
  readonly scan?: ScanOptions | undefined
  /** Origins whose pages may open links and read files, as the setting: each a port of 127.0.0.1. @default none */
  readonly pageOrigins?: readonly string[] | undefined
  /** Makes the edges serve https. @default http */
  readonly tls?: TlsIdentity | undefined
  /** Whether the gate runs before or after the check of signatures: on AWS it is not known. @default after-signature */
  readonly gateOrder?: GateOrder | undefined
  /** Milliseconds between sweeps, which remove expired items from the tables. @default an hour */
  readonly sweepEveryMs?: number
  /** @default the machine's clock */
  readonly clock?: Clock
  /** Gets the log lines of edges, api, sweeper and webhooks. @default standard output, as JSON */
  readonly log?: (line: object) => void
}

/** A running emulator and its URLs. Each edge redeems each link. */
export interface Emulator extends EmulatorUrls {
  /** What console and API require of a request; absent if nothing. */
  readonly token?: Token
  /** The secret of the endpoint that `notify` makes. */
  readonly webhookSecret?: string | undefined
  close(): Promise<void>
}

/** Starts tables, edges and api on 127.0.0.1, with the handlers that ship. Rejects if a port or folder is unavailable. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { bucket, regions, mode, data, sweepEveryMs = 3_600_000, clock = systemClock } = options
  const { log = line => console.log(JSON.stringify(line)) } = options
  // If a later step fails, this ends what earlier steps started.
  await using starting = new AsyncDisposableStack()
  if (data !== undefined) makePrivateFolder(data)
  const secret = localSecret(data)
  const files = data === undefined ? makeTemporaryFolder(starting) : join(data, 'files')
  const objects = versionedObjects(files, folderObjects(bucket), () => clock.now())
  const tables = starting.adopt(
    await startTables({ ...options, folder: data && join(data, 'tables') }, linksTable),
    each => each.close(),
  )
  const servers = await openServers(options, starting)
  const localBucket = makeBucket(regions[0] ?? '')
  const urls = urlsOf(servers, localBucket)
  const token = options.privateTo === undefined ? undefined : makeToken(options.privateTo, urls.api)
  starting.defer(() => token?.close())
  const login = await loginAt(servers, options)
  const access = login?.access ?? options.access
  const reached = [servers.s3, servers.login].flatMap(server => server?.origin ?? [])
  const webConsole = createConsole(setupOf(urls, options, login), { reached, now: () => clock.now() })
  const deployment = deploymentAt(urls, { ...options, access })
  await createTables(tablesOf(deployment), regions, tables.config)

  const logAndShow = (line: object) => (webConsole.note(line), log(line))
  const keyring = createKeyring([async () => secret.text], clock)
  const parts = { ...options, deployment, clock, log: logAndShow, tables, keyring }
  const webhooks = options.notify === undefined ? undefined : createWebhooks(parts)
  starting.defer(() => webhooks?.close())
  const scanner = options.scan && createScanner(objects, options.scan, parts)
  const content = { origin: s3Origin(objects, scanner?.mayRead), now: () => clock.now() }
  const behaviour = await behaviourOf(options)
  const accessLog = createDeliveryLog(parts, webhooks?.publish)
  const distribution = { keyGroup: secret.publicKeys, accessLog, ...behaviour, ...content }
  for (const [region, server] of servers.edges) {
    server.serve(serveViewers({ ...distribution, viewerRequest: edgeIn(region, parts) }))
  }
  servers.s3.serve(serveS3(localBucket, { ...content, multipart: multipart(objects, webhooks?.created), ...scanner }))
  const s3 = { ...localBucket, endpoint: servers.s3.origin, forcePathStyle: true }
  const tokens = access?.auth && createTokenLogin(access.auth, parts)
  const functions = { links: linksOf(parts, s3), exchange: exchangeOf(parts, s3), uploads: uploadsOf(parts, s3) }
  const api = serveRestApi({ ...functions, tokens })
  servers.api.serve(serveFront(urls, { console: webConsole.listener, api }, token))
  // A table that all Regions share is swept only once.
  const swept = { regions: mode === 'strong' ? regions.slice(0, 1) : regions, everyMs: sweepEveryMs }
  starting.adopt(startSweeping(parts, swept), sweeping => sweeping.close())
  const started = starting.move()
  return { ...urls, ...(token && { token }), webhookSecret: webhooks?.secret, close: () => started.disposeAsync() }
}

let gate: Promise<Gate> | undefined

/** Bundles the gate that ships, once for all emulators of a process without pages of other origins. */
async function loadGate(pageOrigins: readonly string[] | undefined): Promise<Gate> {
  if (pageOrigins !== undefined) return createGate(withPageOrigins(await bundleGateForPages(), pageOrigins))
  return (gate ??= bundleGate().then(createGate))
}

/** Returns what edges have for content: gate, cache policy, CORS and error pages. */
async function behaviourOf({ cache, brand, gateOrder, pageOrigins }: EmulatorOptions) {
  return { gate: await loadGate(pageOrigins), gateOrder, cache, pageOrigins, errorPages: createErrorPages(brand) }
}

function urlsOf({ api, edges, s3 }: Servers, { name }: Bucket): EmulatorUrls {
  const origins = Object.fromEntries([...edges].map(([region, { origin }]) => [region, origin]))
  return { api: api.origin, edges: origins, s3: `${s3.origin}/${name}` }
}

function tablesOf({ linksTable, apiStateTable, deliveriesTable }: Deployment): readonly string[] {
  return [linksTable, apiStateTable, ...(deliveriesTable === undefined ? [] : [deliveriesTable])]
}

function deploymentAt(
  { api, edges }: EmulatorUrls,
  {
    regions,
    mode = 'home',
    ipv6 = false,
    access,
    brand,
    deliveryProof = false,
    notify,
    scan,
    pageOrigins,
  }: EmulatorOptions,
): ApiDeployment {
  const deployment = parseDeployment({
    mode,
    homeRegions: regions,
    linkOrigin: Object.values(edges)[0] ?? '',
    uploadApi: api,
    linksTable,
    apiStateTable: 'api-state',
    secretName: 'local',
    ...(deliveryProof && { deliveriesTable: 'deliveries' }),
    gate: true,
    ipv6,
    ...(brand && { brand }),
    ...(scan && { scan: 'guardduty' }),
    ...(pageOrigins && { pageOrigins }),
    callerQuota: 60_000, // all programs on this machine count as one caller
  })
  // Not parsed: settings refuse its URL.
  const endpoints = notify === undefined ? [] : [{ id: 'local', url: notify, secretName: 'local' }]
  return { ...apiDeployment(deployment, deployment.homeRegions[0], undefined), issuers: access?.issuers, endpoints }
}

function edgeIn(region: Region, parts: Parts) {
  const { deployment, tables, clock, keyring, log } = parts
  const table = linkTableOf(parts, dynamodbIn(deployment.homeRegions, tables.config))
  const ports = { clock, random: randomBytes, keyring, table, log: (line: object) => log({ edge: region, ...line }) }
  return createEdge(ports, deployment, region)
}

/** Serves the provider of logins, if there is a server for it. */
async function loginAt(
  { login: server, api }: Servers,
  { senderClaim }: Pick<EmulatorOptions, 'senderClaim'>,
): Promise<LocalLogin | undefined> {
  const login = server && (await createLogin(server.origin, api.origin, { senderClaim }))
  if (login !== undefined) server?.serve(login.listener)
  return login
}

/** Returns what the page must know of its server. */
function setupOf(
  { edges }: EmulatorUrls,
  { regions, mode = 'home', brand }: EmulatorOptions,
  local: LocalLogin | undefined,
) {
  const workshop = { edges, mode }
  const withSetting = ['upload'] as const
  return { api: '', brand, homeRegions: regions, withSetting, workshop, ...(local && { login: local.login }) }
}
