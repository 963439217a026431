import { randomBytes } from 'node:crypto'
import { createHandler } from '../../edge/redeem/handler.ts'
import type { LogLine } from '../../edge/ports.ts'
import { systemClock } from '../../shared/aws/process.ts'
import { serveViewers } from '../../emulator/cloudfront/distribution.ts'
import { folderOrigin } from '../../emulator/s3/origin.ts'
import type { Link } from '../../shared/link.ts'
import { plusSeconds, secondsOf } from '../../shared/time.ts'
import { manualClock } from './clock.ts'
import { testDeployment } from './deployment.ts'
import { testKeyGroup, testKeyring } from './keys.ts'
import { makeLink } from './links.ts'
import { memoryStore } from './memory-store.ts'
import { serveHere } from './serve.ts'

/** One edge of the emulator over HTTP on a table in memory, for links without an api and for edges that don't ship. */
export interface MediaSite {
  readonly origin: string
  /** Moves only by `advance`. */
  readonly clock: ReturnType<typeof manualClock>
  readonly lines: readonly LogLine[]
  /** Puts a link for a player into the table and returns its URL. By default its capability lives for an hour. */
  issue(fields: Partial<Link> & Pick<Link, 'key' | 'media'>): Promise<string>
}

/** Serves a bucket behind an edge made by `create`; ends with the test. */
export async function mediaSite(bucket: string, create = createHandler): Promise<MediaSite> {
  const clock = manualClock(systemClock.now())
  const lines: LogLine[] = []
  const store = memoryStore()
  const server = await serveHere((request, response) => viewers(request, response))
  const ports = { clock, random: randomBytes, keyring: testKeyring, table: store.table }
  const deployment = testDeployment({ linkOrigin: server.origin })
  const viewerRequest = create({ ...ports, log: line => lines.push(line) }, deployment, 'us-east-1')
  const viewers = serveViewers({
    viewerRequest,
    keyGroup: testKeyGroup,
    origin: folderOrigin(bucket),
    now: () => clock.now(),
  })
  async function issue(fields: Parameters<MediaSite['issue']>[0]): Promise<string> {
    const now = secondsOf(clock.now())
    const times = { issuedAt: now, expiresAt: plusSeconds(now, 3600), purgeAt: plusSeconds(now, 100_000) }
    const flags = { media: true, confirm: fields.confirm !== undefined }
    const { nonce, link } = makeLink({ ...times, urlSeconds: 3600, ...fields }, flags)
    await store.links.put(link, link.homeRegion)
    return `${server.origin}/d/${nonce}`
  }
  return { origin: server.origin, clock, lines, issue }
}
