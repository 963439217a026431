import { unlessAborted } from '../../../../client/abortable.ts'
import { linkIdOf } from '../../../../shared/link.ts'
import { parseNonce } from '../../../../shared/nonce.ts'
import type { Region } from '../../../../shared/regions.ts'
import { type Answer, no, notTried, type ProveContext, type Question, word, yes } from '../question.ts'
import { makerOf } from '../trial-links.ts'
import { strongRegions, trialStack } from '../trials/trials.ts'
import { untilArrived } from './logs.ts'

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
    const homeRegions = settings.homeRegions.filter(region => !settings.leavingRegions.includes(region))
    if (settings.homeRegions.length === 1) return notTried('the deployment has one home Region')
    if (links.missing !== undefined) return notTried(links.missing)
    const late: string[] = []
    let slowest = 0
    for (const from of settings.mode === 'strong' ? homeRegions.slice(0, 1) : homeRegions) {
      const link = await links.issue(settings.mode === 'strong' ? {} : { homeRegion: from })
      const nonce = parseNonce(link.slice(link.lastIndexOf('/') + 1))
      if (nonce === undefined) throw new Error('the api returned no link')
      for (const to of settings.homeRegions.filter(region => region !== from)) {
        const seconds = await secondsUntilRead(linkIdOf(nonce), to, context)
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

/** Conditional writes that this question lets fail. */
const refusedWrites = 20

/** What a write costs whose condition fails: DynamoDB documents that it is billed, not in how many replicas. */
export const refusedWriteUnits: Question = {
  id: 'refused-writes',
  asks: 'in how many replicas is a write billed whose condition fails?',
  source: 'DynamoDB, "Read and write operations": a false condition is billed',
  isRelied: () => false,
  also: 'strong',
  async answer(context) {
    const { trialOf, ports, settings } = context
    const trial = trialOf('strong')
    if (trial.kind === 'missing') return notTried(trial.why)
    if (trial.kind === 'refused') return notTried('AWS refused the throw-away table')
    const table = trialStack(settings.name, 'strong')
    const since = ports.clock.now()
    for (let count = 0; count < refusedWrites; count += 1) await ports.aws.proofs.refusedWrite(table, strongRegions[0])
    return unitsOf(context, table, since)
  },
}

async function unitsOf(context: ProveContext, table: string, since: number): Promise<Answer> {
  const { proofs } = context.ports.aws
  let units: readonly number[] = []
  // The metrics of Regions arrive one after the other, so a Region without one has the whole time for it.
  await untilArrived(context, async () => {
    units = await Promise.all(strongRegions.map(region => proofs.writeUnits(table, region, since)))
    return units.every(each => each >= refusedWrites) || undefined
  })
  if ((units[0] ?? 0) < refusedWrites) return notTried('CloudWatch had no metric of them in time (--wait)')
  const billed = units.filter(each => each > 0).length
  const found = strongRegions.map((region, index) => `${region} ${units[index] ?? 0}`).join(', ')
  return word(`in ${billed} of 3`, `write units of ${refusedWrites} refused writes: ${found}`)
}

/** A link that lives in each home Region works. */
export const homes: Question = {
  id: 'homes',
  asks: 'a link works in each home Region',
  source: 'docs/protocol.md; decision 3: a link is used in its home Region alone',
  isRelied: () => true,
  async answer({ links, settings }) {
    if (links.missing !== undefined) return notTried(links.missing)
    const regions = settings.homeRegions.filter(region => !settings.leavingRegions.includes(region))
    const failed: string[] = []
    for (const homeRegion of regions) {
      const link = await links.issue(settings.mode === 'strong' ? {} : { homeRegion })
      const { redirect } = await links.open(link)
      const again = await links.get(link)
      if (redirect.status !== 302) failed.push(`${homeRegion}: ${makerOf(redirect)}, not a redirect`)
      else if (again.status !== 403) failed.push(`${homeRegion}: when opened again ${makerOf(again)}, not 403`)
    }
    if (failed.length === 0) return yes(`opened once in ${regions.join(', ')}, and refused when opened again`)
    return no(failed.join('; '), 'once doctor; name the Region in leavingRegions, so that it gets no new links')
  },
}
