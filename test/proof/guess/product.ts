import { join } from 'node:path'
import { brokenCopy, removeCopy } from '../../broken/copy.ts'
import { guessRemovals } from '../simulation/guess-removals.ts'

/** The code of a guess, as it ships or without a guard. */
export interface GuessProduct {
  readonly linkTable: typeof import('../../../shared/redemption/dynamodb-link-table.ts').dynamodbLinkTable
  readonly guess: typeof import('../../../shared/redemption/reserve-try.ts').consumeWithPassphrase
  readonly steps: typeof import('../../../shared/redemption/consume.ts').consumeSteps
  readonly routeFrom: typeof import('../../../shared/route.ts').routeFrom
}

/** Loads the code of a guess, or a copy without the named guard. Throws for an unknown name, or if its patch no longer fits. */
export async function productWithout(name?: string): Promise<GuessProduct> {
  const patches = guessRemovals.find(each => each.name === name)?.patches
  if (name !== undefined && patches === undefined) {
    throw new Error(`guard: got ${name}, allowed: ${guessRemovals.map(each => each.name).join(', ')}`)
  }
  const root = patches === undefined ? join(import.meta.dirname, '../../..') : await brokenCopy(name ?? '', patches)
  const load = <Module>(file: string) => import(join(root, 'shared', file)) as Promise<Module>
  const [table, reserve, consume, route] = await Promise.all([
    load<typeof import('../../../shared/redemption/dynamodb-link-table.ts')>('redemption/dynamodb-link-table.ts'),
    load<typeof import('../../../shared/redemption/reserve-try.ts')>('redemption/reserve-try.ts'),
    load<typeof import('../../../shared/redemption/consume.ts')>('redemption/consume.ts'),
    load<typeof import('../../../shared/route.ts')>('route.ts'),
  ])
  if (patches !== undefined) await removeCopy(root)
  return {
    linkTable: table.dynamodbLinkTable,
    guess: reserve.consumeWithPassphrase,
    steps: consume.consumeSteps,
    routeFrom: route.routeFrom,
  }
}
