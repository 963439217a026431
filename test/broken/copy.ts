import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** One thing to break: in `file`, a path from the root of the repository, `find` stands exactly once. */
export interface Patch {
  readonly file: string
  readonly find: string
  readonly replace: string
}

const repository = join(import.meta.dirname, '../..')
const folders = ['edge', 'api', 'keys', 'events', 'shared']
const copies = new Set<string>()

// A process that forgets its copies takes them with it; one that is killed leaves them in out/, which nobody reads.
process.once('exit', () => {
  for (const root of copies) rmSync(root, { recursive: true, force: true })
})

/**
 * Copies what ships of this repository to a folder of its own in out/broken/, breaks the copy and gives its root, for
 * `import(join(root, 'edge/handler.ts'))`. Throws when a patch no longer fits. Works in any process and in many at once.
 */
export async function brokenCopy(name: string, patches: readonly Patch[]): Promise<string> {
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

/** Deletes a copy. What was imported from it works on. */
export async function removeCopy(root: string): Promise<void> {
  if (!copies.delete(root)) throw new Error(`${root} is no copy of ours`)
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
