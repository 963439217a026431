import { lookup as dnsLookup } from 'node:dns/promises'
import type { LookupAddress } from 'node:dns'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { attemptMs, type Transport, type WebhookRequest, type WebhookResponse } from '../ports.ts'

/** What a transport depends on. */
export interface TransportOptions {
  /** Resolves a host to all of its addresses. @default that of the system */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>
  /** Whether a connection to an address is allowed. */
  readonly isAllowed: (address: string) => boolean
  /** Timeout of an attempt, in milliseconds. @default attemptMs */
  readonly timeoutMs?: number
  /** Certificates that are trusted too, as PEM. @default those of Node.js only */
  readonly ca?: string
}

/** Most bytes of a response's head. */
const maxHeaderSize = 16 * 1024

/** An error with a name for the log. */
function namedError(name: string, cause?: unknown): Error {
  return Object.assign(new Error(name, cause === undefined ? undefined : { cause }), { name })
}

/**
 * Creates a transport over HTTPS with one connection for each request. A host is resolved once: all of its addresses must be allowed,
 * and the socket gets exactly those, so a second answer of the DNS can't matter. The certificate must be valid for the name. Redirects
 * are not followed. As soon as the head of the response is there, the connection is destroyed.
 */
export function httpsTransport({
  resolve = resolveAll,
  isAllowed,
  timeoutMs = attemptMs,
  ca,
}: TransportOptions): Transport {
  return {
    async post(request) {
      const signal = AbortSignal.timeout(timeoutMs)
      const addresses = await checkedAddresses(hostOf(request.url), { resolve, isAllowed, signal })
      return send(request, { addresses, signal, ca })
    },
  }
}

const resolveAll = async (hostname: string) => dnsLookup(hostname, { all: true, order: 'ipv4first' })

function hostOf(url: string): string {
  const { hostname } = new URL(url)
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

/** Resolves a host. Rejects unless it has addresses, each of which is allowed. An address in place of a name is checked too. */
async function checkedAddresses(
  hostname: string,
  { resolve, isAllowed, signal }: Required<Pick<TransportOptions, 'resolve' | 'isAllowed'>> & { signal: AbortSignal },
): Promise<readonly LookupAddress[]> {
  const family = isIP(hostname)
  const found = family > 0 ? [{ address: hostname, family }] : await within(resolve(hostname), signal)
  if (found.length === 0) throw namedError('no-address')
  if (!found.every(({ address }) => isIP(address) > 0 && isAllowed(address))) throw namedError('address-not-allowed')
  return found
}

/** Rejects when the signal does, even if the promise never settles: a look-up can't be aborted. */
async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const timedOut = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(namedError('timeout')), { once: true })
  })
  return Promise.race([promise.catch(cause => Promise.reject(namedError('dns', codeOf(cause)))), timedOut])
}

async function send(
  { url, headers, body }: WebhookRequest,
  { addresses, signal, ca }: { addresses: readonly LookupAddress[]; signal: AbortSignal; ca: string | undefined },
): Promise<WebhookResponse> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'once-at-edge' },
    agent: false,
    maxHeaderSize,
    signal,
    rejectUnauthorized: true,
    // The socket calls this instead of the DNS, and only once.
    lookup: (_, { all }, callback) => (all ? callback(null, [...addresses]) : callback(null, ...first(addresses))),
    ...(ca !== undefined && { ca }),
  }
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, options, response => {
      const { statusCode = 0, headers: received } = response
      response.on('error', () => {}) // its body is not read
      resolve({ status: statusCode, retryAfter: received['retry-after'] })
      request.destroy()
    })
    request.on('error', error => reject(signal.aborted ? namedError('timeout') : namedError(nameOf(error))))
    request.end(body)
  })
}

function first([found]: readonly LookupAddress[]): [string, number] {
  return [found?.address ?? '', found?.family ?? 4]
}

/** Returns the code of an error of Node.js, such as ECONNREFUSED, which names neither host nor path. */
function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function codeOf(cause: unknown): Error | undefined {
  return cause instanceof Error ? namedError(nameOf(cause)) : undefined
}

/** The only IPv6 addresses that IANA has assigned to the internet (IANA, "Internet Protocol Version 6 Address Space"). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether it is an address of the public internet, by the registries of IANA for special purposes. False for loopback, private,
 * link-local, shared and documentation addresses, multicast, IPv4 inside of IPv6 (compatible, mapped, NAT64, 6to4, Teredo), IPv6
 * outside of 2000::/3, and for text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast))
}
