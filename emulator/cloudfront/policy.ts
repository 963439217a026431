import { BlockList, isIPv4 } from 'node:net'
import * as v from 'valibot'
import type { EpochSeconds } from '../../shared/time.ts'

/** A CloudFront policy. */
export interface Policy {
  readonly resource: string
  /** First second in which CloudFront refuses again. */
  readonly before: EpochSeconds
  readonly network: string | undefined
}

const epoch = v.strictObject({ 'AWS:EpochTime': v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })

/** One statement without unknown fields (AWS, "Values that you specify in the policy statement"). One without Resource or with a start, which we never write, is refused. */
const schema = v.strictObject({
  Statement: v.strictTuple([
    v.strictObject({
      Resource: v.string(),
      Condition: v.strictObject({
        DateLessThan: epoch,
        IpAddress: v.optional(v.strictObject({ 'AWS:SourceIp': v.pipe(v.string(), v.check(isNetwork)) })),
      }),
    }),
  ]),
})

/** Parses a policy document; undefined if it is malformed. CloudFront allows no white space in it but a newline at its end. */
export function parsePolicy(text: string): Policy | undefined {
  if (/\s/.test(text.replace(/\n$/, ''))) return undefined
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (!result.success) return undefined
  const [{ Resource, Condition }] = result.output.Statement
  return {
    resource: Resource,
    before: Condition.DateLessThan['AWS:EpochTime'] as EpochSeconds,
    network: Condition.IpAddress?.['AWS:SourceIp'],
  }
}

/** Returns whether an IPv4 address is in the network `a.b.c.d` or `a.b.c.d/n`. */
export function addressIn(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/')
  const list = new BlockList()
  list.addSubnet(base, Number(bits), 'ipv4')
  return isIPv4(address) && list.check(address, 'ipv4')
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '32', ...rest] = text.split('/')
  return isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && rest.length === 0
}

/**
 * Returns whether a policy's Resource covers a URL, by CloudFront's rules (AWS, "Create a signed URL using a custom
 * policy"): `*` matches any characters and `?` one, each within its own section (scheme, host, path, query). A `*` at the
 * end of the path also covers any query, one at the end of the host also path and query, and a lone `*` everything. A
 * Resource that starts with `*` may leave out the scheme: `*example.com` is `*://*example.com/`.
 *
 * A `?` starts the query or matches one character; the page doesn't say how CloudFront decides. This tries both for each
 * `?`, so it is never stricter than CloudFront: if it refuses, CloudFront refuses.
 */
export function resourceCovers(resource: string, url: string): boolean {
  if (resource === '*') return true
  const { scheme, host, rest } = splitOrigin(withScheme(resource))
  const marks = [...(rest ?? '').matchAll(/\?/g)].map(({ index }) => index)
  const readings = [-1, ...marks].map(mark => ({ scheme, host, ...splitAt(rest, mark) }))
  return readings.some(pattern => covers(pattern, sectionsOf(url)))
}

/**
 * Returns whether a policy in cookies covers a URL: there, wildcards match "anywhere in the string" (AWS, "Set signed cookies using
 * a custom policy"). The page names no sections, so this is also true where those of `resourceCovers` would allow it.
 */
export function cookieResourceCovers(resource: string, url: string): boolean {
  return matches(resource, url) || resourceCovers(resource, url)
}

function withScheme(resource: string): string {
  if (!resource.startsWith('*') || /^[^/]*:\/\//.test(resource)) return resource
  const isHostOnly = !resource.includes('/') && !resource.endsWith('*')
  return `*://${resource}${isHostOnly ? '/' : ''}`
}

interface Sections {
  readonly scheme: string
  readonly host: string
  /** Undefined if the text ends with the host. */
  readonly path: string | undefined
  readonly query: string | undefined
}

function sectionsOf(url: string): Sections {
  const { scheme, host, rest } = splitOrigin(url)
  return { scheme, host, ...splitAt(rest, rest?.indexOf('?') ?? -1) }
}

function splitOrigin(text: string): { scheme: string; host: string; rest: string | undefined } {
  const [, scheme = '', host = '', rest] = /^([^/]*):\/\/([^/]*)(\/.*)?$/s.exec(text) ?? []
  return { scheme, host, rest }
}

/** Splits path and query at the question mark with index `mark`; -1: no query. */
function splitAt(rest: string | undefined, mark: number): Pick<Sections, 'path' | 'query'> {
  if (rest === undefined || mark === -1) return { path: rest, query: undefined }
  return { path: rest.slice(0, mark), query: rest.slice(mark + 1) }
}

function covers(pattern: Sections, url: Sections): boolean {
  if (!matches(pattern.scheme, url.scheme) || !matches(pattern.host, url.host)) return false
  if (pattern.path === undefined) return pattern.host.endsWith('*')
  if (!matches(pattern.path, url.path ?? '')) return false
  if (pattern.query === undefined) return url.query === undefined || pattern.path.endsWith('*')
  return matches(pattern.query, url.query ?? '')
}

/** Whether a pattern is one of the whole text: `*` is any characters, `?` one (AWS, "Path pattern"). */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}
