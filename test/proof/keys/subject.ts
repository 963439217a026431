import { join } from 'node:path'
import type { handleResourceEvent } from '../../../keys/custom-resource.ts'
import type { invalidateLinks } from '../../../keys/invalidate-links.ts'
import type { retireDaily } from '../../../keys/retirement.ts'
import type { rotate } from '../../../keys/rotation.ts'
import type { createKeyring } from '../../../shared/keys.ts'
import { brokenCopy, type Patch } from '../../broken/copy.ts'

/** The code under test: the handlers of the keys function, and the keyring of edges and apis. */
export interface Subject {
  readonly handleResourceEvent: typeof handleResourceEvent
  readonly rotate: typeof rotate
  readonly retireDaily: typeof retireDaily
  readonly invalidateLinks: typeof invalidateLinks
  readonly createKeyring: typeof createKeyring
}

const repository = join(import.meta.dirname, '../../..')

/** Loads the code as it ships, or a copy that patches have broken. */
export async function subjectWith(name = 'whole', patches: readonly Patch[] = []): Promise<Subject> {
  const root = patches.length === 0 ? repository : await brokenCopy(name, patches)
  const modules = ['keys/custom-resource', 'keys/rotation', 'keys/retirement', 'keys/invalidate-links', 'shared/keys']
  const parts = (await Promise.all(modules.map(file => import(join(root, `${file}.ts`))))) as object[]
  return Object.assign({}, ...parts) as Subject
}
