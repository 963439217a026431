import { type DeliveryFacts, mergeFacts } from '../shared/delivery/facts.ts'
import type { StoredDelivery } from '../shared/delivery/item.ts'
import { verdictOf } from '../shared/delivery/verdict.ts'
import { deliveryView } from '../shared/delivery/words.ts'
import { rfc3339 } from '../shared/time.ts'
import type { DeliveredEvent, LinkNames, Ports } from './ports.ts'

/** Attempts to write one delivery, while other runs write it too, and the pause before the second, in milliseconds. */
const maxAttempts = 10
const pauseMs = 50

/**
 * Adds facts to what is stored of a link, and publishes an event when they complete it: before the write that says so, so that a
 * crash repeats the event rather than loses it. Returns whether they did. Rejects if store or bus does, or if others write this link
 * all the time; to repeat it is safe.
 */
export async function addFacts(facts: DeliveryFacts, ports: Ports, deployment: string): Promise<boolean> {
  const { store, bus, clock, links } = ports
  let published = false
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const stored = await store.find(facts.id)
    const next = stored === undefined ? facts : mergeFacts(stored.facts, facts)
    const isComplete = verdictOf(next).state === 'complete'
    const isNews = isComplete && stored?.announced !== true
    if (stored !== undefined && !isNews && isSame(stored.facts, next)) return false
    if (isNews && bus !== undefined && !published) {
      await bus.put(eventOf(next, deployment, await links?.namesOf(next.id)))
      published = true
    }
    const version = (stored?.version ?? 0) + 1
    const written: StoredDelivery = { facts: next, announced: isComplete || stored?.announced === true, version }
    if (await store.write(written)) return isNews
    await clock.pause(pauseMs * attempt)
  }
  throw new Error('others write this delivery all the time')
}

function isSame(one: DeliveryFacts, other: DeliveryFacts): boolean {
  const names = ['written', 'perhaps', 'size', 'whole', 'firstAt', 'lastAt'] as const
  return names.every(name => String(one[name]) === String(other[name]))
}

function eventOf(facts: DeliveryFacts, deployment: string, names: LinkNames = {}): DeliveredEvent {
  const { id, lastAt } = facts
  const delivery = deliveryView(verdictOf(facts))
  const detail = { deployment, id, at: rfc3339(lastAt), eventId: `${id}-delivered`, delivery, ...names }
  return { type: 'Link delivered', at: lastAt, detail }
}
