import type { Choices } from './choices.ts'
import { openForgery, probe, visit } from './client.ts'
import type { Happening } from './history.ts'
import { issueLink, restore, revokeLink, sweepTable } from './issuer.ts'
import { type Scenario, scenarioBy } from './scenario.ts'
import { type IssuedLink, type Subject, type World, worldOf } from './world.ts'

/** One schedule as it went. */
export interface History {
  readonly scenario: Scenario
  readonly happenings: readonly Happening[]
  /** Second at which the link expired; undefined when none was handed out. */
  readonly expiresAt?: number
}

/** Plays one schedule with the real handlers, to its end. */
export async function play(choices: Choices, subject: Subject): Promise<History> {
  const world = worldOf(scenarioBy(choices), choices, subject)
  const { scenario, time, happenings } = world
  const link = issueLink(world)
  const acting = link.then(async issued => issued && (await Promise.all(actorsOf(world, issued).map(act => act()))))
  await time.run()
  await Promise.race([acting, Promise.resolve()])
  const issued = await Promise.race([link, Promise.resolve(undefined)])
  return { scenario, happenings, ...(issued && { expiresAt: issued.expiresAt }) }
}

function actorsOf(world: World, link: IssuedLink): (() => Promise<void>)[] {
  const { scenario, time } = world
  const { revokeAt, restoreAt, sweepAt, forgery, clients, probesAt } = scenario
  const later = (ms: number | undefined, act: () => Promise<void>) =>
    ms === undefined ? [] : [async () => time.pause(ms).then(act)]
  return [
    ...clients.map((client, index) => async () => visit(world, link, { client, index })),
    ...later(revokeAt, () => revokeLink(world, link)),
    ...later(sweepAt, () => sweepTable(world)),
    ...probesAt.flatMap(ms => later(ms, () => probe(world, link))),
    ...later(forgery ? 3 : undefined, () => openForgery(world, link)),
    ...(restoreAt === undefined ? [] : [async () => restore(world, restoreAt)]),
  ]
}
