import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Deployment } from '../shared/settings/deployment.ts'
import { isLoopbackHost } from '../shared/local/loopback.ts'
import { type Region, regions, strongRegions } from '../shared/regions.ts'
import { type CachePolicy, contentCache } from './cloudfront/cache-policy.ts'
import type { EmulatorOptions } from './emulator.ts'
import { type Access, readAccess, readBrand } from './settings-files.ts'

/** What `npm start -- --help` prints. */
export const usage = `npm start -- [--port N] [--bucket DIR] [--region NAME]... [--mode home|strong] [--data DIR]
             [--cache-seconds N] [--access FILE] [--login] [--brand FILE] [--notify URL] [--scan] [--ipv6] [--private]
             [--page-origin ORIGIN]...

Runs edges, API, tables and S3 on this machine, and prints their URLs and a link. Ctrl-C stops it.

  --port N       port of the API; edges and S3 use the next ones (default 8080; 0: any free ports)
  --bucket DIR   folder with the files that links may name; it is never written to (default: a sample)
  --region NAME  Region with an edge and a replica; repeatable (default us-east-1, eu-west-1, ap-northeast-1)
  --mode MODE    home: only a link's home Region redeems it; the other replicas follow after a second (default)
                 strong: three Regions share one strongly consistent table; any of them redeems
  --cache-seconds N  seconds for which edges keep files, as the setting cacheSeconds (default 0, at most 60)
  --access FILE  JSON with issuers, auth or both, as in the settings: who may use the API (default: every program on this machine)
  --login        senders log in at the page, as with the setting sendPage: at a provider of this machine, with any name
  --brand FILE   JSON with name and colour, perhaps text and logo, as the setting brand: what pages show (default: that of infra/deployment.ts)
  --notify URL   gets webhooks of links that name the endpoint local; http or https on this machine (default: none)
  --scan         uploads are scanned, as with the setting scan: a result is there after two seconds, and is bad for EICAR's test file
  --page-origin ORIGIN  origin whose pages may open links, as the setting pageOrigins: http://127.0.0.1:PORT; repeatable
  --data DIR     folder that keeps keys, tables and uploaded files; without it they end with the process
  --ipv6         edges listen on ::1 as well: open links at localhost instead of 127.0.0.1
  --private      for machines with several users: console and API need a token, which is in your home folder
`

const defaultRegions: readonly Region[] = ['us-east-1', 'eu-west-1', 'ap-northeast-1']

/** Parses the command line. Throws an error that names the option, its value and what is allowed. */
export function parseOptions(args: readonly string[]): EmulatorOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      bucket: { type: 'string', default: join(import.meta.dirname, 'bucket') },
      region: { type: 'string', multiple: true, default: [...defaultRegions] },
      mode: { type: 'string', default: 'home' },
      'cache-seconds': { type: 'string', default: '0' },
      access: { type: 'string' },
      login: { type: 'boolean', default: false },
      brand: { type: 'string' },
      notify: { type: 'string' },
      scan: { type: 'boolean', default: false },
      'page-origin': { type: 'string', multiple: true },
      data: { type: 'string' },
      ipv6: { type: 'boolean', default: false },
      private: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.login) checkLogin(values)
  const mode = oneOf(['home', 'strong'] as const, '--mode', values.mode)
  return {
    port: parsePort(values.port, values.region.length + (values.login ? 2 : 1)),
    bucket: parseBucket(values.bucket),
    regions: parseRegions(values.region, mode),
    mode,
    cache: parseCache(values['cache-seconds']),
    access: parseAccess(values.access, values.private),
    login: values.login,
    brand: values.brand === undefined ? undefined : readBrand(resolve(values.brand)),
    notify: values.notify === undefined ? undefined : parseNotify(values.notify),
    scan: values.scan ? {} : undefined,
    pageOrigins: values['page-origin']?.map(parsePageOrigin),
    ipv6: values.ipv6,
    data: values.data && resolve(values.data),
    privateTo: values.private ? homedir() : undefined,
  }
}

/** Most seconds that the setting `cacheSeconds` allows. */
const maxCacheSeconds = 60

function parseCache(text: string): CachePolicy {
  if (/^\d{1,2}$/.test(text) && Number(text) <= maxCacheSeconds) return contentCache(Number(text))
  throw new Error(`--cache-seconds: got ${JSON.stringify(text)}, allowed: 0 to ${maxCacheSeconds}`)
}

function parseAccess(file: string | undefined, isPrivate: boolean): Access | undefined {
  if (file === undefined) return undefined
  const access = readAccess(resolve(file))
  if (access.auth === undefined || !isPrivate) return access
  throw new Error(`--private: got it with auth in --access, allowed: without, since both read the header Authorization`)
}

/** The login says who may use the API, by the header that `--private` reads. */
function checkLogin({ access, private: isPrivate }: { access?: string | undefined; private: boolean }): void {
  const other = access !== undefined ? '--access' : isPrivate ? '--private' : undefined
  if (other !== undefined) throw new Error(`--login: got it with ${other}, allowed: without`)
}

function oneOf<Value extends string>(allowed: readonly Value[], option: string, text: string): Value {
  const value = allowed.find(each => each === text)
  if (value !== undefined) return value
  throw new Error(`${option}: got ${JSON.stringify(text)}, allowed: ${allowed.join(', ')}`)
}

/** Leaves room for the ports of the other servers. */
function parsePort(text: string, others: number): number {
  const highest = 65_535 - others
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= highest) return port
  throw new Error(`--port: got ${JSON.stringify(text)}, allowed: 0 to ${highest}`)
}

function parseBucket(text: string): string {
  const folder = resolve(text)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new Error(`--bucket: got ${JSON.stringify(text)}, allowed: a folder that exists`)
}

function parseNotify(text: string): string {
  const url = URL.parse(text)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (isPlain && isLoopbackHost(url.host)) return url.href
  throw new Error(
    `--notify: got ${JSON.stringify(text)}, allowed: http or https at 127.0.0.1 or localhost, without user`,
  )
}

/** Links are at 127.0.0.1, and pages of the same site are there too. */
function parsePageOrigin(text: string): string {
  if (/^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(text)) return text
  throw new Error(`--page-origin: got ${JSON.stringify(text)}, allowed: http://127.0.0.1:PORT`)
}

function parseRegions(names: readonly string[], mode: Deployment['mode']): readonly Region[] {
  const known = names.map(name => oneOf(regions, '--region', name))
  if (new Set(known).size < known.length) throw new Error('--region: got the same Region twice, allowed: each once')
  if (mode === 'strong') checkMembers(known)
  return known
}

/** Checks that AWS has strongly consistent tables there. The deployment checks it too, but can't name the option. */
function checkMembers(chosen: readonly Region[]): void {
  if (chosen.length !== 3) {
    throw new Error(`--region: got ${chosen.length} of them, allowed: exactly three in mode strong, as AWS requires`)
  }
  const outside = chosen.find(region => !strongRegions.includes(region))
  if (outside === undefined) return
  throw new Error(`--region: got ${JSON.stringify(outside)}, allowed in mode strong: ${strongRegions.join(', ')}`)
}
