import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** One replacement in `file`, a path from the root of the repository that contains `find` exactly once. */
export interface Patch {
  readonly file: string
  readonly find: string
  readonly replace: string
}

const repository = join(import.meta.dirname, '../../..')
const redemption = ['edge', 'api', 'jobs', 'shared']
const copies = new Set<string>()

// A process deletes its remaining copies when it exits. A killed one leaves them in out/, which git ignores.
process.once('exit', () => {
  for (const root of copies) rmSync(root, { recursive: true, force: true })
})

/**
 * Copies folders, by default those that links are issued and redeemed with, to a new folder in out/broken/, applies the patches
 * there and returns its root, for `import(join(root, 'edge/redeem/handler.ts'))`. Throws if a patch no longer fits. Safe in many processes
 * at once.
 */
export async function brokenCopy(
  name: string,
  patches: readonly Patch[],
  folders: readonly string[] = redemption,
): Promise<string> {
  const parent = join(repository, 'out/broken')
  await mkdir(parent, { recursive: true })
  const root = await mkdtemp(join(parent, `${name.replaceAll(/[^\w-]+/g, '-')}-`))
  copies.add(root)
  await Promise.all(folders.map(folder => cp(join(repository, folder), join(root, folder), { recursive: true })))
  try {
    for (const patch of patches) await apply(patch, root)
  } catch (error) {
    await removeCopy(root)
    throw error
  }
  return root
}

/** Deletes a copy. Modules that were imported from it continue to work, but import nothing more on demand. */
export async function removeCopy(root: string): Promise<void> {
  if (!copies.delete(root)) throw new Error(`${root} is not a copy of this process`)
  await rm(root, { recursive: true, force: true })
}

async function apply({ file, find, replace }: Patch, root: string): Promise<void> {
  const text = await readFile(join(root, file), 'utf8')
  const times = text.split(find).length - 1
  if (times !== 1) throw new Error(`a patch no longer fits: ${file} has ${times} times, not once: ${find}`)
  await writeFile(
    join(root, file),
    text.replace(find, () => replace),
  )
}
