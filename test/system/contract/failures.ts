import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { adaptersIn } from '../../support/table/store.ts'
import { memoryStore } from '../../support/table/memory-store.ts'
import type { Contract } from './cases.ts'

/** The root of this repository. */
export const repository = join(import.meta.dirname, '../../..')

/** Returns the cases that a copy of the adapters with these patches fails; each case has a table of its own. */
export async function failuresOf(
  name: string,
  patches: readonly Patch[],
  tried: readonly (readonly [string, Contract[string]])[],
): Promise<readonly string[]> {
  const root = await copyWith(name, patches)
  return failuresIn(tried, await adaptersIn(root))
}

/** Makes a copy of the api and of what is shared, with these patches, which stays until the test has ended. */
export async function copyWith(name: string, patches: readonly Patch[]): Promise<string> {
  const root = await brokenCopy(name, patches, ['api', 'shared'])
  onTestFinished(() => removeCopy(root))
  return root
}

/** Returns the cases that a store in memory fails, by default with the adapters as they ship; each case has a table of its own. */
export async function failuresIn(
  tried: readonly (readonly [string, Contract[string]])[],
  adapters?: Parameters<typeof memoryStore>[0],
): Promise<readonly string[]> {
  const results = await Promise.all(
    tried.map(async ([sentence, check]) => {
      const error: unknown = await check(memoryStore(adapters)).catch((error: unknown) => error)
      // Any other error is of a copy that does not run, which proves nothing.
      if (error !== undefined && !isAssertion(error)) throw error
      return error === undefined ? [] : [sentence]
    }),
  )
  return results.flat()
}

const isAssertion = (error: unknown) => (error as { code?: unknown }).code === 'ERR_ASSERTION'

/** A link that exists has an expiry and a home, which other clauses check. */
const implied = / without (is\.)?exists$/

/** Returns each clause of each write in a file, with the patch that makes it hold for every link; but for `exists`. */
export function clausesIn(file: string): readonly (readonly [name: string, patch: Patch])[] {
  const writes = readFileSync(join(repository, file), 'utf8')
  const lists = writes.matchAll(/const (\w+): (?:is\.)?RedemptionWrite = \{(?:(?!\n\})[^])*?clauses: \[([^\]]*)\]/g)
  return [...lists]
    .flatMap(([, name = '', list = '']) => {
      const all = list.split(',').map(clause => clause.trim())
      return all.map((clause, index): [string, Patch] => {
        const always = `(...use) => ({ ...${clause}(...use), text: 'attribute_exists(#id)' })`
        return [`${name} without ${clause}`, { file, find: list, replace: all.with(index, always).join(', ') }]
      })
    })
    .filter(([name]) => /without [\w.]*\w$/.test(name) && !name.includes('...') && !implied.test(name))
}
