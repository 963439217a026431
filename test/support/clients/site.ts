import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { LogLine } from '../../../edge/ports.ts'
import { makeCertificate } from '../../../emulator/certificate.ts'
import { startEmulator } from '../../../emulator/emulator.ts'
import { issueAt } from '../machine/http.ts'
import { type Passage, type Passed, startMovingProxy } from '../content/moving-proxy.ts'

/** Where a viewer is, as the edge sees it: addresses of loopback. */
export interface Journey {
  /** While it opens the link. */
  readonly link: string
  /** While it fetches the file. */
  readonly file: string
  /** From when it opens the link again, or its first download broke off. @default as before */
  readonly later?: string
  /** Bytes after which the first response with a file breaks off. @default it doesn't */
  readonly cutAfter?: number
}

/** A link, and what its viewer gets. */
export interface Followed {
  readonly url: string
  readonly content: Buffer
  /** Responses so far. */
  readonly exchanges: readonly Passed[]
  /** Why the edge refused its requests so far. */
  readonly refusals: () => readonly string[]
}

interface FileOptions {
  /** Whether the edge takes viewers over IPv6. @default true */
  readonly ipv6?: boolean
  /** @default 1000 */
  readonly bytes?: number
  readonly name?: string
}

/** Emulators over TLS, with and without IPv6, each behind a proxy. */
export interface ClientSite {
  /** Path of the certificate that clients must trust. This process does. */
  readonly certificate: string
  /** Makes an empty folder, which ends with the site. */
  folder(): string
  /** Issues a link to a new file, `report.bin` in a folder of its own, for a viewer on this journey. */
  issue(fields: object, journey: Journey, options?: FileOptions): Promise<Followed>
  close(): Promise<void>
}

/** Starts the site. */
export async function clientSite(): Promise<ClientSite> {
  await using starting = new AsyncDisposableStack()
  const home = mkdtempSync(join(tmpdir(), 'once-'))
  starting.defer(() => rmSync(home, { recursive: true, force: true }))
  const tls = makeCertificate(home)
  setDefaultCACertificates([...getCACertificates('default'), tls.certificate])
  const bucket = join(home, 'bucket')
  mkdirSync(bucket)
  const lines: Partial<LogLine>[] = []
  const passages = new Map<string, (path: string) => Passage>()
  const passageOf = (path: string) => passages.get(path)?.(path) ?? {}
  const start = async (ipv6: boolean) => {
    const log = (line: Partial<LogLine>) => void lines.push(line)
    const options = { port: 0, regions: ['us-east-1'] as const, bucket, tls, ipv6, log }
    const emulator = starting.adopt(await startEmulator(options), each => each.close())
    const edge = emulator.edges['us-east-1'] ?? ''
    const proxy = starting.adopt(await startMovingProxy(edge, { passageOf, tls, staysOpen: true }), each =>
      each.close(),
    )
    return { ...emulator, proxy }
  }
  const [four, both] = [await start(false), await start(true)]
  let count = 0
  const next = () => String((count += 1))
  const started = starting.move()
  return {
    certificate: tls.certificateFile,
    folder() {
      const folder = join(home, 'folders', next())
      mkdirSync(folder, { recursive: true })
      return folder
    },
    async issue(fields, journey, { ipv6 = true, bytes = 1000, name = 'report.bin' } = {}) {
      const key = `${next()}/${name}`
      const content = randomBytes(bytes)
      mkdirSync(dirname(join(bucket, key)))
      writeFileSync(join(bucket, key), content)
      const { api, proxy } = ipv6 ? both : four
      const { id, url } = await issueAt(api, { key, urlSeconds: 600, ...fields })
      const { pathname: link } = new URL(url)
      const file = encodeURI(`/${key}`)
      const passage = along(journey)
      passages.set(link, passage).set(file, passage)
      const refusals = () => lines.flatMap(({ linkId, reason }) => (linkId === id && reason ? [reason] : []))
      return {
        url: proxy.origin + link,
        content,
        get exchanges() {
          return proxy.passed.filter(({ path }) => path === link || path === file)
        },
        refusals,
      }
    },
    close: () => started.disposeAsync(),
  }
}

/** Returns the passage of each request of one viewer, in their order. */
function along({ link, file, later, cutAfter }: Journey): (path: string) => Passage {
  let [opened, isCut] = [0, false]
  return path => {
    const isLink = path.startsWith('/d/')
    if (isLink) opened += 1
    if (later !== undefined && (isCut || opened > 1)) return { from: later }
    if (isLink || cutAfter === undefined) return { from: isLink ? link : file }
    isCut = true
    return { from: file, bytes: cutAfter }
  }
}
