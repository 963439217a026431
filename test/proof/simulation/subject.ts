import { join } from 'node:path'
import { brokenCopy } from '../../broken/copy.ts'
import { previousEdge } from '../../broken/previous-edge.ts'
import type { Guard } from '../model/guards.ts'
import { type Product, productIn } from './product.ts'
import { removals } from './removals.ts'
import type { Subject } from './world.ts'

/** Loads the product as it ships, or without a guard. */
export async function subjectWithout(guard?: Guard): Promise<Subject> {
  const { patches = [], keepsSlot = false } = removals.find(({ name }) => name === guard) ?? {}
  const root = patches.length === 0 ? join(import.meta.dirname, '../../..') : await brokenCopy(guard ?? '', patches)
  return { product: await productIn(root), previous: await previousProduct(), bumpsSlot: !keepsSlot }
}

let previous: Promise<Product> | undefined

/** Loads the version before client-bound links, once. Its copy stays until the process ends, because an edge loads parts on demand. */
function previousProduct(): Promise<Product> {
  return (previous ??= brokenCopy('previous edge', previousEdge).then(productIn))
}
