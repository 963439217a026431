import { type DeliveryFacts, deliveryView, mergeFacts, verdictOf } from '../../shared/delivery/facts.ts'
import type { LinkId } from '../../shared/link.ts'
import { hasPassed, plusSeconds, rfc3339 } from '../../shared/time.ts'
import type { DeliveredEvent, DeliveriesPorts, LinkNames } from './ports.ts'

/** Attempts to write one delivery, while other runs write it too, and the pause before the second, in milliseconds. */
const maxAttempts = 10
const pauseMs = 50

/** Seconds after a response in which the replica of a link that it names may not know yet that the link was used: mostly one. */
const replicaSeconds = 3600

/**
 * Adds facts to what is stored of a link, and publishes an event when they complete it: before the write that says so, so that a
 * crash repeats the event rather than loses it. Returns whether they did. Nothing is published of a link whose item says that it is not
 * used, only stored: within `replicaSeconds` this rejects, after that later facts read it again. Rejects also if store or bus does, or
 * if others write this link all the time; to repeat it is safe.
 */
export async function addFacts(facts: DeliveryFacts, ports: DeliveriesPorts, deployment: string): Promise<boolean> {
  const { store, events, clock } = ports
  const [id, use] = facts.id.split('.') as [LinkId, string?]
  let published = false
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const stored = await store.find(facts.id)
    const next = stored === undefined ? facts : mergeFacts(stored.facts, facts)
    const isDue = verdictOf(next).state === 'complete' && stored?.announced !== true
    const link = isDue ? await events?.links.find(id, use) : undefined
    const isNews = isDue && link?.isUnused !== true
    if (isNews && events !== undefined && !published) {
      await events.bus.put(eventOf(next, { deployment, id, ...(use !== undefined && { use }), ...link?.names }))
      published = true
    }
    const written = {
      facts: next,
      announced: isNews || stored?.announced === true,
      version: (stored?.version ?? 0) + 1,
    }
    const isStored = stored !== undefined && !isNews && isSame(stored.facts, next)
    if (isStored || (await store.write(written))) {
      const mayBeUsed = link?.isUnused === true && !hasPassed(plusSeconds(facts.lastAt, replicaSeconds), clock.now())
      if (mayBeUsed) throw Object.assign(new Error('the link of a whole delivery is not used'), { name: 'LinkNotUsed' })
      return isNews
    }
    await clock.pause(pauseMs * attempt)
  }
  throw new Error('others write this delivery all the time')
}

function isSame(one: DeliveryFacts, other: DeliveryFacts): boolean {
  const names = ['written', 'perhaps', 'size', 'whole', 'firstAt', 'lastAt'] as const
  return names.every(name => String(one[name]) === String(other[name]))
}

type Named = Pick<DeliveredEvent['detail'], 'deployment' | 'id' | 'use' | keyof LinkNames>

function eventOf(facts: DeliveryFacts, named: Named): DeliveredEvent {
  const { lastAt } = facts
  const delivery = deliveryView(verdictOf(facts))
  const eventId = [named.id, named.use, 'delivered'].filter(Boolean).join('-')
  return { type: 'Link delivered', at: lastAt, detail: { ...named, at: rfc3339(lastAt), eventId, delivery } }
}
