import type { CloudFrontResultResponse } from 'aws-lambda'
import { type Bind, isClientBound } from '../../../shared/link.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/viewer-request.ts'
import { readPolicy } from '../simulation/binding.ts'
import type { Edge, EdgeResponse } from './lambda.ts'
import type { CampaignLink } from './links.ts'
import type { CampaignWorld } from './world.ts'

/** Who opens a link. */
export interface Viewer {
  readonly number: number
  readonly edge: Edge
  readonly kind: 'person' | 'program'
  /** How likely the viewer gives up after a failure. */
  readonly givingUp: number
  /** Requests so far. */
  requests?: number
  /** Cookie that a response has set. */
  cookie?: string
}

/** Attempts after which a campaign counts a viewer as never served: over an hour of them. */
const endlessTries = 500

/** Milliseconds after which a person reloads a page that said to try again: the shortest and the longest. */
const reload = { shortest: 2000, longest: 60_000 } as const
/** A program's first and longest pause where no header says how long to wait. */
const backOff = { first: 1000, longest: 60_000 } as const

/** Has a viewer open a link until a capability or a refusal comes, or the viewer gives up. */
export async function view(link: CampaignLink, viewer: Viewer, world: CampaignWorld): Promise<void> {
  const { time, counts } = world
  for (let failures = 0; ;) {
    if (failures > 0) counts.add('retries', world.sinceStart())
    const { response, reason } = await request(link, viewer, world)
    const capability = policyOf(response)
    if (capability !== undefined) {
      if (link.grantees.size === 0) counts.add('redeemed', world.sinceStart())
      link.grantees.add(viewer.number)
      const { identity, rights } = readPolicy(capability, true)
      link.capabilities.add(identity)
      if (rights.addresses !== undefined) link.addresses.add(rights.addresses)
      counts.note(failures === 0 ? 'served at once' : 'served after a retry')
      return
    }
    if (response.status !== '503') return void link.refused.set(viewer.number, reason)
    failures += 1
    counts.add('refusals', world.sinceStart())
    if (reason === 'unsigned') link.unsigned = true
    counts.note(`503 ${reason}`)
    if (world.chance.happens(viewer.givingUp)) return void link.gaveUp.add(viewer.number)
    if (failures >= endlessTries) return void link.neverServed.add(viewer.number)
    await time.pause(pauseOf(viewer, { failures, response, world }))
  }
}

/** Has a scanner ask once for a link, in one of two ways that must not use it. */
export async function scan({ nonce }: CampaignLink, edge: Edge, world: CampaignWorld): Promise<void> {
  const { chance, counts } = world
  counts.add('scans', world.sinceStart())
  const isProbe = chance.happens(0.5)
  const { response } = await edge(
    viewerRequest({
      uri: `/d/${nonce}`,
      method: isProbe ? 'HEAD' : 'GET',
      headers: isProbe ? {} : { 'Sec-Purpose': 'prefetch' },
    }),
  )
  counts.note(`scanner ${response.status}`)
}

/** Sends a viewer's request, and keeps the cookie of its response. */
export async function request(link: CampaignLink, viewer: Viewer, world: CampaignWorld): Promise<EdgeResponse> {
  const { nonce, bind } = link
  viewer.requests = (viewer.requests ?? 0) + 1
  world.counts.add('requests', world.sinceStart())
  const event = viewerRequest({
    uri: `/d/${nonce}`,
    clientIp: addressOf(viewer, bind),
    headers: headersOf(viewer, bind),
  })
  const result = await viewer.edge(event)
  const cookies = result.response.headers?.['set-cookie']?.map(({ value }) => value.split(';')[0]) ?? []
  const cookie = cookies.find(each => each?.startsWith('__Host-once='))
  if (cookie !== undefined) viewer.cookie = cookie
  return result
}

function headersOf({ kind, number, cookie }: Viewer, bind: Bind): Record<string, string> {
  const secret = isClientBound(bind) && { 'Once-Client': String(number).padStart(43, 'S') }
  if (kind === 'program') return { 'Idempotency-Key': `viewer-${number}`, ...secret }
  return { Accept: 'text/html', 'User-Agent': 'Mozilla/5.0 Firefox/140.0', ...(cookie && { Cookie: cookie }) }
}

/** Viewers whose link is bound to them may be on another network each time: every other time on IPv6. */
function addressOf({ number, requests = 0 }: Viewer, bind: Bind): string {
  const isElsewhere = isClientBound(bind) && requests % 2 === 0
  if (isElsewhere)
    return `2001:db8:${(number >> 16).toString(16)}:${(number & 65_535).toString(16)}::${requests.toString(16)}`
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
}

function pauseOf(
  { kind }: Viewer,
  {
    failures,
    response,
    world: { chance },
  }: { failures: number; response: CloudFrontResultResponse; world: CampaignWorld },
): number {
  if (kind === 'person') return chance.between(reload.shortest, reload.longest)
  const least = Number(headerOf(response, 'retry-after') ?? 0) * 1000
  const longest = Math.min(backOff.longest, backOff.first * 2 ** failures)
  return least + longest * (0.5 + chance.unit() / 2)
}
