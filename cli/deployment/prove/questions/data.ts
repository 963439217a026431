import { unlessAborted } from '../../../../client/abortable.ts'
import type { Settings } from '../../../../infra/settings/settings.ts'
import type { Region } from '../../../../shared/regions.ts'
import { no, notTried, type ProveContext, type Question, word, yes } from '../question.ts'
import { idOf, makerOf } from '../trial-links.ts'
import { strongRegions } from '../trials/trials.ts'

/** Returns the home Regions that get new links. */
const homesOf = ({ homeRegions, leavingRegions }: Settings) =>
  homeRegions.filter(region => !leavingRegions.includes(region))

/** Returns what a link is issued with to live in a home Region; in mode `strong`, it lives in all. */
const livingIn = (homeRegion: Region, { mode }: Settings) => (mode === 'strong' ? {} : { homeRegion })

/** Longest time that an item may take to the other Regions, in seconds: mostly it takes one (DynamoDB, "Global tables"). */
const replicationSeconds = 30

/** Items reach every replica although the resource policies deny writes to all but the deployment's roles and DynamoDB's own. */
export const replication: Question = {
  id: 'replication',
  asks: `an item of each home Region is read in the others within ${replicationSeconds} s`,
  source: 'DynamoDB, "Global tables security": a policy that denies AWSServiceRoleForDynamoDBReplication stops it',
  isRelied: () => true,
  async answer(context) {
    const { links, settings } = context
    const homeRegions = homesOf(settings)
    if (settings.homeRegions.length === 1) return notTried('the deployment has one home Region')
    if (links.missing !== undefined) return notTried(links.missing)
    const late: string[] = []
    let slowest = 0
    for (const from of settings.mode === 'strong' ? homeRegions.slice(0, 1) : homeRegions) {
      const link = await links.issue(livingIn(from, settings))
      for (const to of settings.homeRegions.filter(region => region !== from)) {
        const seconds = await secondsUntilRead(idOf(link), to, context)
        if (seconds === undefined) late.push(`an item of ${from} was not in ${to} after ${replicationSeconds} s`)
        slowest = Math.max(slowest, seconds ?? 0)
      }
    }
    if (late.length === 0) return yes(`after ${slowest} s at most, in ${settings.homeRegions.join(', ')}`)
    return no(late.join('; '), 'once doctor, which says what the status of a replica means')
  },
}

/** Reads a replica until it has an item; undefined if it has none in time. */
async function secondsUntilRead(
  id: string,
  region: Region,
  { names, ports: { aws, clock }, signal }: ProveContext,
): Promise<number | undefined> {
  for (let seconds = 0; seconds <= replicationSeconds; seconds += 1) {
    if (await aws.proofs.hasItem(names.linksTable, id, region)) return seconds
    await unlessAborted(clock.pause(1000), signal)
  }
  return undefined
}

/** DynamoDB makes a table that is strongly consistent across continents, which our settings do not allow so far. */
export const continents: Question = {
  id: 'continents',
  asks: 'CloudFormation makes a table that is strongly consistent across continents',
  source: 'DynamoDB, "Multi-Region strong consistency": any three of 15 Regions; the CDK knows three groups',
  isRelied: () => false,
  also: 'strong',
  async answer({ trialOf }) {
    const trial = trialOf('strong')
    if (trial.kind === 'missing') return notTried(trial.why)
    if (trial.kind === 'created') return yes(`a throw-away table was made in ${strongRegions.join(', ')}`)
    const around =
      "mode: 'strong' with Regions of one group, as the settings require (docs/protocol.md), or mode: 'home'"
    return no(`AWS refused a table in ${strongRegions.join(', ')}: ${trial.reasons.join('; ')}`, around)
  },
}

/** A link that lives in each home Region works. */
export const homes: Question = {
  id: 'homes',
  asks: 'a link works in each home Region',
  source: 'docs/protocol.md; decision 3: a link is used in its home Region alone',
  isRelied: () => true,
  async answer({ links, settings }) {
    if (links.missing !== undefined) return notTried(links.missing)
    const regions = homesOf(settings)
    const failed: string[] = []
    for (const homeRegion of regions) {
      const link = await links.issue(livingIn(homeRegion, settings))
      const { redirect } = await links.open(link)
      const again = await links.request(link)
      if (redirect.status !== 302) failed.push(`${homeRegion}: ${makerOf(redirect)}, not a redirect`)
      else if (again.status !== 403) failed.push(`${homeRegion}: when opened again ${makerOf(again)}, not 403`)
    }
    if (failed.length === 0) return yes(`opened once in ${regions.join(', ')}, and refused when opened again`)
    return no(failed.join('; '), 'once doctor; name the Region in leavingRegions, so that it gets no new links')
  },
}

/** Redemptions of each home Region that are timed. */
const timed = 10

/** How long a person waits for the redirect. */
export const roundTrips: Question = {
  id: 'round-trips',
  asks: `how long do ${timed} redemptions of each home Region take from here?`,
  source: 'not documented: Lambda@Edge runs near the viewer, and calls the table in the home Region',
  isRelied: () => false,
  async answer({ links, settings, ports }) {
    if (links.missing !== undefined) return notTried(links.missing)
    const homes = homesOf(settings)
    const found: string[] = []
    for (const homeRegion of settings.mode === 'strong' ? homes.slice(0, 1) : homes) {
      const took: number[] = []
      while (took.length < timed) {
        const link = await links.issue(livingIn(homeRegion, settings))
        const startedAt = ports.clock.now()
        const { redirect } = await links.redirect(link)
        if (redirect.status !== 302) throw new Error(`the link returned ${makerOf(redirect)}, not a redirect`)
        took.push(ports.clock.now() - startedAt)
      }
      const [median, worst] = [timed / 2 - 1, timed - 1].map(place => took.toSorted((a, b) => a - b)[place])
      found.push(`${settings.mode === 'strong' ? 'nearest replica' : homeRegion} ${median} ms, at worst ${worst} ms`)
    }
    return word('in ms', `median of ${timed}: ${found.join('; ')}`)
  },
}
