import { askPrefixes, uploadedWith, uploadPrefixes } from '../shared/callers/issuers.ts'
import { acceptedResults } from '../shared/scan.ts'
import type { WithIssuers } from './local-deployment.ts'
import type { NotClean, Objects, ScannedVersion, ScanResults, StoredObjects } from './ports.ts'

/** Objects of a folder that are asked about at the same time. */
const maxConcurrent = 25

/**
 * Looks at objects as `objects` does, but only at those whose scan has a right result, since S3 gives no others. The result and
 * what is found are of one version. Of a folder, all objects need a right result.
 */
export function scannedObjects(
  objects: StoredObjects,
  scan: ScanResults,
  deployment: Pick<WithIssuers, 'issuers' | 'scanUnsupported' | 'uploadApi'>,
): Objects {
  const { issuers, uploadApi } = deployment
  const prefixes = [...uploadPrefixes(issuers), ...(uploadApi === undefined ? [] : askPrefixes(issuers))]
  const accepted = acceptedResults(deployment)
  // The policy of the bucket closes nothing else.
  const isScanned = uploadedWith(deployment)
  const isRight = ({ result }: ScannedVersion) => result !== undefined && accepted.includes(result)
  async function notCleanIn(folder: string): Promise<NotClean | undefined> {
    const keys = await scan.keysIn(folder)
    if (keys === undefined) return { kind: 'too-many', key: folder }
    const found: NotClean[] = []
    const waiting = keys.filter(isScanned).values()
    async function work(): Promise<void> {
      for (const key of waiting) {
        const version = await scan.find({ key })
        if (version !== 'missing' && !isRight(version)) found.push({ kind: 'not-clean', key, result: version.result })
      }
    }
    await Promise.all(Array.from({ length: maxConcurrent }, work))
    // What is refused for good comes before what may change.
    return found.find(({ result }) => result !== undefined) ?? found[0]
  }
  return {
    async look(object) {
      const { key, media } = object
      const version = isScanned(key) ? await scan.find(object) : undefined
      if (version === 'missing') return version
      if (version !== undefined && !isRight(version)) return { kind: 'not-clean', key, result: version.result }
      const folder = key.slice(0, key.lastIndexOf('/') + 1)
      const mayHaveScanned = prefixes.some(prefix => folder.startsWith(prefix) || prefix.startsWith(folder))
      const notClean = media === 'folder' && mayHaveScanned ? await notCleanIn(folder) : undefined
      const { versionId } = version ?? object
      return notClean ?? objects.look({ key, ...(versionId !== undefined && { versionId }) })
    },
  }
}
