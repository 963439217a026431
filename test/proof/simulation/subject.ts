import { join } from 'node:path'
import { brokenCopy } from '../../broken/copy.ts'
import { previousEdge } from '../../broken/previous-edge.ts'
import { type Product, productIn } from './product.ts'
import { removals } from './removals.ts'
import type { Subject } from './world.ts'

/**
 * Loads the product as it ships, or without the named guard. Throws an error that lists the guards for an unknown name.
 */
export async function subjectWithout(name: string | undefined): Promise<Subject> {
  const guard = removals.find(each => each.name === name)
  if (name !== undefined && guard === undefined) {
    throw new Error(`--without: got ${JSON.stringify(name)}, allowed: ${removals.map(each => each.name).join(', ')}`)
  }
  const patches = guard?.patches ?? []
  const root = patches.length === 0 ? join(import.meta.dirname, '../../..') : await brokenCopy(name ?? '', patches)
  return { product: await productIn(root), previous: await previousProduct(), bumpsSlot: guard?.keepsSlot !== true }
}

let previous: Promise<Product> | undefined

/** Loads the version before client-bound links, once. Its copy stays until the process ends, because an edge loads parts on demand. */
function previousProduct(): Promise<Product> {
  return (previous ??= brokenCopy('previous edge', previousEdge).then(productIn))
}
