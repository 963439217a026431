import { join } from 'node:path'
import { brokenCopy } from '../../support/broken/copy.ts'
import { previousEdge } from '../../support/broken/previous-edge.ts'
import { tryRemovals } from './try-removals.ts'
import { type Product, productIn } from './product.ts'
import { removals } from './removals.ts'
import { usesRemovals } from './uses-removals.ts'
import { replaceRemovals } from './replace-removals.ts'
import { fileRemovals } from './file-removals.ts'
import type { Always } from './scenario.ts'
import { uploadRemovals } from './upload-removals.ts'
import type { Subject } from './world.ts'

/** Removals by what each link then has or goes through, which they guard. */
const removalsOf = {
  passphrase: tryRemovals,
  uses: usesRemovals,
  replacement: replaceRemovals,
  file: fileRemovals,
  upload: uploadRemovals,
} as const satisfies Record<NonNullable<Always>, object>

/** Loads the product as it ships, or without a guard; each link then has, or goes through, what that guards. */
export async function subjectWithout(guard?: string): Promise<Subject> {
  const ofProtocol = removals.find(({ name }) => name === guard)
  const kinds = Object.keys(removalsOf) as (keyof typeof removalsOf)[]
  const always = kinds.find(kind => removalsOf[kind].some(({ name }) => name === guard))
  const { patches = [] } = ofProtocol ?? (always && removalsOf[always].find(({ name }) => name === guard)) ?? {}
  const root = patches.length === 0 ? join(import.meta.dirname, '../../..') : await brokenCopy(guard ?? '', patches)
  return {
    product: await productIn(root),
    previous: await previousProduct(),
    bumpsSlot: !ofProtocol?.keepsSlot,
    always,
  }
}

let previous: Promise<Product> | undefined

/** Loads the version before client-bound links, once. Its copy stays until the process ends, because an edge loads parts on demand. */
function previousProduct(): Promise<Product> {
  return (previous ??= brokenCopy('previous edge', previousEdge).then(productIn))
}
