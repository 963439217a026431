import { type DeliveryFacts, mergeFacts } from '../../shared/delivery/facts.ts'
import type { LinkId } from '../../shared/link.ts'
import { readLine } from './record.ts'

/** Most links of which facts are collected before they are stored: some megabytes. */
const maxLinks = 5000

/** What an object of the log has, by number. */
export interface Counts {
  /** Records of a response for a link. */
  records: number
  /** Lines that are no record. */
  unreadable: number
  links: number
}

/**
 * Joins the records of all lines by link, and passes on the facts of at most `maxLinks` links at a time, each once in it. Resolves
 * when `store` has resolved for all. Rejects if it does, or if the lines break off.
 */
export async function foldLines(
  lines: AsyncIterable<readonly string[]>,
  store: (facts: readonly DeliveryFacts[]) => Promise<void>,
): Promise<Counts> {
  const counts: Counts = { records: 0, unreadable: 0, links: 0 }
  const links = new Map<LinkId, DeliveryFacts>()
  const flush = async () => {
    const facts = [...links.values()]
    links.clear()
    counts.links += facts.length
    if (facts.length > 0) await store(facts)
  }
  for await (const some of lines) {
    for (const line of some) {
      if (line === '') continue
      const result = readLine(line)
      if (result === 'unreadable') counts.unreadable += 1
      if (typeof result === 'string') continue
      counts.records += 1
      const known = links.get(result.id)
      links.set(result.id, known === undefined ? result : mergeFacts(known, result))
    }
    if (links.size >= maxLinks) await flush()
  }
  await flush()
  return counts
}
