import crypto, { type KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import type { handleResourceEvent } from '../../../jobs/keys/custom-resource.ts'
import type { invalidateLinks } from '../../../jobs/keys/mac-rotation.ts'
import type { retireDaily } from '../../../jobs/keys/retirement.ts'
import type { rotate } from '../../../jobs/keys/rotation.ts'
import type { createKeyring } from '../../../shared/secrets/keys.ts'
import { brokenCopy, type Patch } from '../../support/broken/copy.ts'

/** The code under test: the keys functions, and the keyring of edges and apis. */
export interface Subject {
  readonly handleResourceEvent: typeof handleResourceEvent
  readonly rotate: typeof rotate
  readonly retireDaily: typeof retireDaily
  readonly invalidateLinks: typeof invalidateLinks
  readonly createKeyring: typeof createKeyring
}

const modules = [
  'jobs/keys/custom-resource',
  'jobs/keys/rotation',
  'jobs/keys/retirement',
  'jobs/keys/mac-rotation',
  'shared/secrets/keys',
]

const folders = ['jobs', 'shared']
const repository = join(import.meta.dirname, '../../..')

// Half of a simulation's time would go by with parsing the same keys in each process, again every few minutes.
const { createPrivateKey } = crypto
const parsed = new Map<string, KeyObject>()
crypto.createPrivateKey = pem => {
  const known = typeof pem === 'string' ? parsed.get(pem) : undefined
  if (known !== undefined) return known
  const key = createPrivateKey(pem)
  if (typeof pem === 'string') parsed.set(pem, key)
  return key
}
syncBuiltinESMExports()

/** Loads the code as it ships, or a copy that patches have broken. */
export async function subjectWith(name = 'whole', patches: readonly Patch[] = []): Promise<Subject> {
  const root = patches.length === 0 ? repository : await brokenCopy(name, patches, folders)
  const load = (file: string) => import(join(root, `${file}.ts`)) as Promise<object>
  const parts = await Promise.all(modules.map(load))
  return Object.assign({}, ...parts) as Subject
}
