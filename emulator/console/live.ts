import { randomUUID } from 'node:crypto'
import { eventOf, type LiveEvent, type LiveEvents } from '../../console/protocol.ts'

/** Most events that are kept. */
const keptEvents = 500

/** Keeps the emulator's last events for pages that request them. */
export function createLive(now: () => number) {
  const run = randomUUID()
  const kept: LiveEvent[] = []
  let number = 0
  return {
    /** Adds the event of a log line, if it has one. */
    note(line: object): void {
      const event = eventOf(line, number + 1, now())
      if (event === undefined) return
      number += 1
      kept.push(event)
      if (kept.length > keptEvents) kept.shift()
    },
    /** Returns the events after number `after`, for a page that has those of the run `known` until then; all to another page. */
    since(known: string, after: number): LiveEvents {
      const events = known === run ? kept.filter(event => event.number > after) : kept
      return { run, now: now(), events: [...events] }
    },
  }
}
