import type { ScanResults } from '../../../api/ports.ts'
import { testObject } from './memory-objects.ts'

/** A scan in memory, of objects that have one version each. */
export interface MemoryScan extends ScanResults {
  /** Results by key. What has no entry is clean; undefined: no result yet. */
  readonly results: Map<string, string | undefined>
  readonly asked: string[]
}

/** Makes a scan whose folders have these keys, in any folder; without keys, more than S3 lists. */
export function memoryScan(keys?: readonly string[]): MemoryScan {
  const results: MemoryScan['results'] = new Map()
  const asked: string[] = []
  return {
    results,
    asked,
    async find({ key }) {
      asked.push(key)
      const result = results.has(key) ? results.get(key) : 'NO_THREATS_FOUND'
      return { result, versionId: testObject.versionId }
    },
    keysIn: async () => keys as Awaited<ReturnType<ScanResults['keysIn']>>,
  }
}
