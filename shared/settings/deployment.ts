import * as v from 'valibot'
import { describeInvalid, type InvalidField, parsedText, readFields, text, type Values } from '../fields.ts'
import { defaultUploadBytes } from '../limits.ts'
import { keyPrefixRule, parseKeyPrefix } from '../object-key.ts'
import { strongRegions } from '../regions.ts'
import { distribution } from './distribution.ts'
import { foundation } from './foundation.ts'
import { links } from './links.ts'
import { operation } from './operation.ts'
import { type NamesFor, regionsField, type Row, schemasOf } from './row.ts'

/** The settings, but for those that name what is in AWS already (infra/settings/settings.ts). */
export const plainSettings = { ...foundation, ...distribution, ...operation, ...links }

const resourceName = text(/^[A-Za-z0-9_.-]{3,255}$/, '3 to 255 characters out of A-Z a-z 0-9 _ . -')
const linkOrigin = parsedText(
  parseLinkOrigin,
  'https://HOST, or on a laptop http or https at 127.0.0.1:PORT or localhost:PORT',
)
const prefixes = v.array(parsedText(parseKeyPrefix, keyPrefixRule), 'a list of starts of keys')

/** What functions get beside settings, or in place of one: it follows from the settings. */
const derived = {
  /** Origin, without a path, at which viewers open links. If it is absent, the api reads it from its environment. */
  linkOrigin: { for: 'edge', schema: v.optional(linkOrigin) },
  /** Where people upload the file of a link that takes one: the page's host with the API below it. Absent without the setting `uploadLinks`. */
  uploadApi: {
    for: 'edge',
    schema: v.optional(parsedText(parseUploadApi, 'https://HOST/api, or http at a port of this machine')),
  },
  linksTable: { for: 'edge', schema: resourceName },
  /** Table of idempotency records and quotas: one in each Region with an api, not replicated. */
  apiStateTable: { for: 'api', schema: resourceName },
  /** Table of deliveries, in the first home Region; absent without the setting `deliveryProof`. */
  deliveriesTable: { for: 'edge', schema: v.optional(resourceName) },
  /** Secret in Secrets Manager that holds the signing key and the MAC keys. */
  secretName: { for: 'edge', schema: resourceName },
  /** Regions with a copy of the secret. @default homeRegions */
  secretRegions: { for: 'edge', schema: v.optional(regionsField) },
  /** Starts of the keys that links may name; absent for all keys. */
  contentPrefixes: { for: 'api', schema: v.optional(prefixes) },
  callerQuota: { for: 'api', schema: v.optional(links.callerQuota.schema.wrapped, 3000) },
  maxUploadBytes: { for: 'api', schema: v.optional(links.maxUploadBytes.schema.wrapped, defaultUploadBytes.file) },
  uploadBytesPerDay: { for: 'api', schema: v.optional(links.uploadBytesPerDay.schema.wrapped, defaultUploadBytes.day) },
} as const satisfies Readonly<Record<string, Row>>

const rows = { ...plainSettings, ...derived }

/** The schemas of all fields of a deployment. Those that are settings have their names. */
export const fields = schemasOf(rows, ['edge', 'api'])

/** Configuration of a deployment: read when functions are bundled, and inlined into each. It holds no secret. */
export type Deployment = Readonly<Values<typeof fields>>

/** What the edge needs of a deployment. */
export type EdgeDeployment = Pick<Deployment, NamesFor<typeof rows, 'edge'>>

/** Returns what the edge needs of a deployment: a change of the rest does not change its bundle, and so the distribution. */
export function edgeDeploymentOf(deployment: Deployment): EdgeDeployment {
  const needed = Object.keys(schemasOf(rows, ['edge'])).map(name => [name, deployment[name as keyof EdgeDeployment]])
  return Object.fromEntries(needed) as EdgeDeployment
}

/** Parses a deployment's configuration. Throws a TypeError that names each invalid field, what it got and what is allowed. */
export function parseDeployment(input: unknown): Deployment {
  const parsed = readFields(fields, input)
  if (!parsed.ok) throw new TypeError(`deployment: ${parsed.invalid.map(describeInvalid).join('; ')}`)
  const invalid = [checkLives, checkGate, checkReplicas].flatMap(check => [...check(parsed.value)])
  if (invalid.length > 0) throw new TypeError(`deployment: ${invalid.map(describeInvalid).join('; ')}`)
  return parsed.value
}

function* checkLives({ linkSeconds, maxLinkSeconds, urlSeconds, maxUrlSeconds }: Deployment): Iterable<InvalidField> {
  if (linkSeconds > maxLinkSeconds)
    yield { field: 'linkSeconds', got: String(linkSeconds), allowed: `at most maxLinkSeconds, ${maxLinkSeconds}` }
  if (urlSeconds > maxUrlSeconds)
    yield { field: 'urlSeconds', got: String(urlSeconds), allowed: `at most maxUrlSeconds, ${maxUrlSeconds}` }
}

/** Checks that `ipv6` comes with the gate: nothing else checks an IPv6 address in a URL that an edge signed. */
function checkGate({ gate, ipv6 }: Deployment): InvalidField[] {
  return ipv6 && !gate ? [{ field: 'ipv6', got: 'true', allowed: 'true only with gate: true' }] : []
}

/** Checks what AWS requires for strong consistency: three Regions out of `strongRegions`; one of them may be a witness. */
function* checkReplicas(deployment: Deployment): Iterable<InvalidField> {
  const { mode, homeRegions, witnessRegion, nearestReplica } = deployment
  const chosen = Object.entries(nearestReplica)
  if (mode === 'home') {
    const onlyStrong = { got: 'mode "home"', allowed: 'only in mode "strong"' }
    if (chosen.length > 0) yield { field: 'nearestReplica', ...onlyStrong }
    if (witnessRegion !== undefined) yield { field: 'witnessRegion', ...onlyStrong }
    return
  }
  const members = witnessRegion === undefined ? homeRegions : [...homeRegions, witnessRegion]
  const areMembers = members.every(region => strongRegions.includes(region)) && members.length === 3
  const replicas = witnessRegion === undefined ? 'three' : 'two, and another as witnessRegion,'
  const allowed = `in mode "strong" exactly ${replicas} of ${strongRegions.join(', ')}`
  if (!areMembers || new Set(members).size !== 3)
    yield { field: 'homeRegions', got: JSON.stringify(homeRegions), allowed }
  for (const [region, replica] of chosen) {
    if (homeRegions.includes(replica)) continue
    const field = `nearestReplica.${region}`
    yield { field, got: JSON.stringify(replica), allowed: `one of ${homeRegions.join(', ')}` }
  }
}

/** Parses the address of the API on the page's host. Returns undefined for anything else. */
function parseUploadApi(text: string): string | undefined {
  const isLocal = parseLinkOrigin(text) !== undefined
  return isLocal || (text.endsWith('/api') && parseLinkOrigin(text.slice(0, -4)) !== undefined) ? text : undefined
}

/** Parses the origin of links: HTTPS and a host, or a port of this machine. Returns undefined for anything else. */
function parseLinkOrigin(text: string): string | undefined {
  const loopback = /^https?:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?$/
  const secure = /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+$/
  return loopback.test(text) || secure.test(text) ? text : undefined
}
