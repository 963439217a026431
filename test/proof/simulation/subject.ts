import { join } from 'node:path'
import { brokenCopy } from '../../broken/copy.ts'
import { productIn } from './product.ts'
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
  return { product: await productIn(root), bumpsSlot: guard?.keepsSlot !== true }
}
