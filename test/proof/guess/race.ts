import { bindsWithoutClient, type Link } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import type { LinkTable, Redemption } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { type Clock, plusMs } from '../../../shared/time.ts'
import { makeDraft, makeLink } from '../../support/links.ts'
import type { Store } from '../../support/memory-store.ts'
import type { GuessProduct } from './product.ts'

/** How many races there are, and how many guesses at once in each. */
export interface GuessRaces {
  readonly races: number
  readonly guesses: number
  readonly homeRegions: readonly [Region, ...Region[]]
  /** The Regions of a guess; by default the link's home alone, as in mode `home`. */
  readonly route?: (link: Link, contender: number) => readonly Region[]
}

/** Result of races. */
export interface GuessTally {
  readonly guesses: number
  /** Hashes that were compared: second writes of distinct requests. */
  readonly compared: number
  readonly winners: number
  /** Races in which a promise broke, in words. */
  readonly broken: readonly string[]
}

/** What races on one store need. */
export interface Arena {
  readonly store: Pick<Store, 'links' | 'table'>
  readonly product: Pick<GuessProduct, 'guess' | 'steps'>
  readonly clock: Clock
}

/** Races that run at the same time. */
const lanes = 4

/**
 * Lets guesses race for one link after the other: in turn none is right, some are, all are; every other link keeps a receipt,
 * and the limit is 1 to 10. Counts, never times.
 */
export async function raceGuesses(races: GuessRaces, arena: Arena): Promise<GuessTally> {
  const results: RaceResult[] = []
  let next = 0
  async function takeTurns(): Promise<void> {
    while (next < races.races) {
      const index = (next += 1) - 1
      results.push(await raceForLink(index, races, arena))
    }
  }
  await Promise.all(Array.from({ length: lanes }, takeTurns))
  const sum = (of: (result: RaceResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    guesses: races.races * races.guesses,
    compared: sum(({ compared }) => compared),
    winners: sum(({ winners }) => winners),
    broken: results.flatMap(({ broken }) => broken),
  }
}

interface RaceResult {
  readonly compared: number
  readonly winners: number
  readonly broken: readonly string[]
}

async function raceForLink(index: number, races: GuessRaces, arena: Arena): Promise<RaceResult> {
  const { guesses, homeRegions, route = ({ homeRegion }) => [homeRegion] } = races
  const { store, product, clock } = arena
  const maxTries = 1 + (index % 10)
  const isReceipt = index % 2 === 1
  const rights = [0, 1, guesses / 8, guesses][(index >> 1) % 4] ?? 0
  const homeRegion = homeRegions[index % homeRegions.length] ?? homeRegions[0]
  const passphrase = { passphraseHash: 'right', tries: 0, maxTries }
  const { link } = makeLink({ homeRegion, ...passphrase, ...(isReceipt && { state: 'live' as const }) })
  await store.links.put(link, homeRegion)
  const { table, compared } = counted(store.table)
  const guessOf = async (contender: number) => {
    const isRight = (contender * 37 + index) % guesses < rights
    const redemption = redemptionOf(link, { passphraseHash: isRight ? 'right' : 'wrong', isReceipt })
    const ports = { table, clock, steps: product.steps }
    const options = { regions: route(link, contender), deadline: plusMs(clock.now(), 60_000) }
    const result = await product.guess(redemption, ports, options)
    return { isRight, outcome: result.kind === 'consumed' ? 'won' : result.reason }
  }
  const outcomes = await Promise.all(Array.from({ length: guesses }, async (_, contender) => guessOf(contender)))
  const winners = outcomes.filter(({ outcome }) => outcome === 'won')
  const item = await store.links.find(link.id, homeRegion)
  const wrongs = outcomes.filter(({ outcome }) => outcome === 'wrong-passphrase').length
  const faults = [
    compared.size > maxTries && `${compared.size} hashes compared, with ${maxTries} tries`,
    winners.length > 1 && `${winners.length} winners`,
    winners.some(({ isRight }) => !isRight) && 'a wrong passphrase won',
    (item?.tries ?? 0) > maxTries && `${item?.tries} tries counted of ${maxTries}`,
    // Without faults each try is a guess: all are used unless the link was.
    winners.length === 0 &&
      compared.size < maxTries &&
      `${compared.size} hashes compared, and the link is neither used nor locked`,
    rights === guesses && winners.length !== 1 && 'all passphrases were right, and none won',
    winners.length === 0 && wrongs !== maxTries && `${wrongs} got wrong-passphrase, with ${maxTries} tries`,
    outcomes.some(({ outcome }) => !expected.has(outcome)) &&
      `outcomes: ${outcomes.map(({ outcome }) => outcome).join(' ')}`,
  ].filter(fault => fault !== false)
  return { compared: compared.size, winners: winners.length, broken: faults.map(fault => `race ${index}: ${fault}`) }
}

const expected = new Set<string>(['won', 'wrong-passphrase', 'locked', 'spent'])

function redemptionOf(
  { id, homeRegion }: Link,
  { passphraseHash, isReceipt }: { readonly passphraseHash: string; readonly isReceipt: boolean },
): Redemption & { readonly passphraseHash: string } {
  const viewer = parseAddress('203.0.113.7')
  const receipt = isReceipt && { receipt: makeDraft() }
  return { id, homeRegion, bound: false, viewer, binds: bindsWithoutClient, passphraseHash, ...receipt }
}

/** Milliseconds for which a call waits: a machine that stops for a second must lose no response, which would cost a try. */
const patienceMs = 30_000

/** Notes each redemption whose hash the store is asked to compare. */
function counted(table: LinkTable): { table: LinkTable; compared: ReadonlySet<Redemption> } {
  const compared = new Set<Redemption>()
  return {
    compared,
    table: {
      ...table,
      tryReserve: async (redemption, attempt) => table.tryReserve(redemption, { ...attempt, timeoutMs: patienceMs }),
      async tryConsume(redemption, attempt) {
        compared.add(redemption)
        return table.tryConsume(redemption, { ...attempt, timeoutMs: patienceMs })
      },
    },
  }
}
