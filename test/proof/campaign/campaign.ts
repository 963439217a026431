import { viewerRequest } from '../../support/viewer-request.ts'
import type { Product } from '../simulation/product.ts'
import { arrivalsOf } from './arrivals.ts'
import type { Chance } from './chance.ts'
import { lambdaIn } from './lambda.ts'
import { type CampaignLink, issueLinks } from './links.ts'
import type { CampaignScenario } from './scenario.ts'
import { request, scan, type Viewer, view } from './viewers.ts'
import { type CampaignWorld, campaignWorld } from './world.ts'

/** How much of a campaign is played. */
export interface Sample {
  readonly seed: number
  /** First openings of links. */
  readonly arrivals: number
}

/** A campaign that was played to its end. */
export interface Played {
  readonly world: CampaignWorld
  readonly links: readonly CampaignLink[]
  /** Milliseconds after the first message at which the last request had its response. */
  readonly endedAt: number
  /** Reasons that strangers got, who asked for used links at the end. */
  readonly strangers: readonly string[]
}

/** Plays a sample of a campaign with the real handlers, and asks again for each link that was given up. */
export async function play(scenario: CampaignScenario, product: Product, sample: Sample): Promise<Played> {
  const { people, robots } = arrivalsOf(scenario.campaign)
  const { seed, arrivals } = sample
  const scale = arrivals / sum(people)
  const world = campaignWorld(scenario, product, { seed, scale })
  await loadPages(world)
  const { time, chance } = world
  const links = issueLinks(arrivals, world)
  const actors = actorsIn(world)
  const anyLink = () => links[Math.floor(chance.unit() * links.length)] as CampaignLink
  const openings = timesBy(people, arrivals, chance).map((at, index) => ({
    at,
    act: () => actors.open(links[index] as CampaignLink),
  }))
  const scans = timesBy(robots, Math.round(sum(robots) * scale), chance).map(at => ({
    at,
    act: () => actors.scan(anyLink()),
  }))
  const acts = [...openings, ...scans].toSorted((a, b) => a.at - b.at)
  void (async () => {
    for (const { at, act } of acts) {
      await time.pause(Math.max(0, at - world.sinceStart()))
      act()
    }
  })()
  await time.run()
  const endedAt = world.sinceStart()
  world.counts.end()
  const strangers = actors.askAgain(links)
  await time.run()
  return { world, links, endedAt, strangers: await strangers }
}

/** Those who act in a campaign. */
interface Actors {
  /** The viewer of a link opens it, and perhaps a second viewer later. */
  open(link: CampaignLink): void
  scan(link: CampaignLink): void
  /**
   * Viewers who gave up ask again for links that were given to no one; strangers ask for some that were. Resolves with the
   * reasons that strangers got.
   */
  askAgain(links: readonly CampaignLink[]): Promise<readonly string[]>
}

/** Milliseconds after which a second viewer comes: the shortest and the longest. */
const forwarding = { shortest: 1000, longest: 3_600_000 } as const
/** One of so many used links is asked for by a stranger at the end. */
const linksPerStranger = 20

function actorsIn(world: CampaignWorld): Actors {
  const { scenario, time, chance, counts } = world
  const edges = scenario.edges.map(edge => ({ share: edge.share, edge: lambdaIn(edge, world) }))
  const near = () => chance.pick(edges).edge
  const viewers = new Map<number, Viewer>()
  function comeAs(kind: Viewer['kind']): Viewer {
    const givingUp = kind === 'program' ? 0 : scenario.viewers.givingUp
    const viewer = { number: viewers.size + 1, edge: near(), kind, givingUp }
    viewers.set(viewer.number, viewer)
    return viewer
  }
  async function openAgain(link: CampaignLink): Promise<void> {
    for (const number of link.gaveUp) {
      const viewer = viewers.get(number) as Viewer
      if (link.grantees.size === 0) await view(link, { ...viewer, givingUp: 0 }, world)
    }
  }
  return {
    open(link) {
      counts.add('arrivals', world.sinceStart())
      const viewer = comeAs(chance.happens(scenario.viewers.programs) ? 'program' : 'person')
      void view(link, viewer, world)
      if (!chance.happens(scenario.viewers.forwarded)) return
      const delay = chance.between(forwarding.shortest, forwarding.longest)
      void time.pause(delay).then(() => view(link, comeAs('person'), world))
    },
    scan: link => void scan(link, near(), world),
    async askAgain(links) {
      for (const link of links) await openAgain(link)
      const reasons: string[] = []
      for (const link of links.filter((_, index) => index % linksPerStranger === 0)) {
        if (link.grantees.size === 0) continue
        const { reason } = await request(link, comeAs('person'), world)
        reasons.push(reason)
      }
      return reasons
    },
  }
}

/** Loads the module of pages, which loads with the first page: virtual time does not wait for a file. */
async function loadPages({ product, deployment, time }: CampaignWorld): Promise<void> {
  const nothing = () => Promise.reject(new Error('no store'))
  const ports = {
    clock: time,
    random: (length: number) => new Uint8Array(length),
    keyring: product.createKeyring([nothing], time),
    table: product.linkTable('links', { send: nothing }),
    log: () => undefined,
  }
  const event = viewerRequest({ uri: '/d/none', headers: { Accept: 'text/html' } })
  await product.createEdge(ports, deployment, 'us-east-1')(event)
}

/** Draws times in milliseconds, as often in each second as `perSecond` says. */
function timesBy(perSecond: Float64Array, count: number, chance: Chance): readonly number[] {
  let reached = 0
  const upTo = perSecond.map(each => (reached += each))
  return Array.from({ length: count }, () => {
    const wanted = chance.unit() * reached
    const second = firstAbove(upTo, wanted)
    const before = upTo[second - 1] ?? 0
    return (second + (wanted - before) / ((upTo[second] ?? 0) - before)) * 1000
  })
}

/** Returns the index of the first number above `wanted`, in a list that rises. */
function firstAbove(list: Float64Array, wanted: number): number {
  let [low, high] = [0, list.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as number) > wanted) high = middle
    else low = middle + 1
  }
  return low
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, each) => total + each, 0)
}
