import type { Choices } from './choices.ts'
import { sendForgery, probe, redeemAsClient } from './client.ts'
import type { Chain, FileEnds } from './file-ends.ts'
import type { SimulationEvent } from './history.ts'
import { issueLink, restore, revokeLink, sweepTable } from './issuer.ts'
import { replaceLink } from './replace.ts'
import { type Scenario, scenarioBy } from './scenario.ts'
import { type IssuedLink, type Subject, type World, worldOf } from './world.ts'

/** All events of one played schedule. */
export interface History {
  readonly scenario: Scenario
  readonly events: readonly SimulationEvent[]
  /** Epoch second at which the link expired; undefined if no link was issued. */
  readonly expiresAt?: number
  /** The item of the link at the end, in each Region that has it. */
  readonly items: readonly object[]
  /** What was deleted, and the links at the end. */
  readonly files?: Pick<FileEnds, 'deletions' | 'isLossy'> & { readonly chain: Chain }
}

/** Plays one schedule to its end with the real handlers. */
export async function play(choices: Choices, subject: Subject): Promise<History> {
  const world = worldOf(scenarioBy(choices, subject.always), choices, subject)
  const { scenario, time, events } = world
  const link = issueLink(world)
  const acting = link.then(async issued => issued && (await Promise.all(actorsOf(world, issued).map(act => act()))))
  await time.run()
  await Promise.race([acting, Promise.resolve()])
  const issued = await Promise.race([link, Promise.resolve(undefined)])
  const { deletions, isLossy, chain } = world.files
  const files = { deletions, isLossy, chain: await chain() }
  return {
    scenario,
    events,
    files,
    ...(issued && { expiresAt: issued.expiresAt }),
    items: itemsOf(world, issued?.id ?? ''),
  }
}

function itemsOf({ scenario, store }: World, id: string): readonly object[] {
  return scenario.regions.flatMap(region => {
    const output = store.execute(region, { operation: 'GetItem', input: { Key: { id: { S: id } } } })
    return 'Item' in output && output.Item ? [output.Item] : []
  })
}

function actorsOf(world: World, link: IssuedLink): (() => Promise<void>)[] {
  const { scenario, time, choices, files } = world
  const { revokeAt, restoreAt, sweepAt, forgery, clients, probesAt, replacement } = scenario
  const later = (ms: number | undefined, act: () => Promise<void>) =>
    ms === undefined ? [] : [async () => time.pause(ms).then(act)]
  return [
    ...clients.map((client, index) => async () => redeemAsClient(world, link, { client, index })),
    ...later(revokeAt, () => revokeLink(world, link)),
    ...(replacement === undefined ? [] : [async () => replaceLink(world, link, replacement)]),
    ...later(sweepAt, () => sweepTable(world)),
    ...probesAt.flatMap(ms => later(ms, () => probe(world, link))),
    ...(choices.rarely(4) ? [async () => files.callAnyway(link.id)] : []),
    ...later(forgery ? 3 : undefined, () => sendForgery(world, link)),
    ...(restoreAt === undefined ? [] : [async () => restore(world, restoreAt)]),
  ]
}
