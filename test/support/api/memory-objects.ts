import type { FoundObject, StoredObjects } from '../../../api/ports.ts'
import type { VersionId } from '../../../shared/object-key.ts'

/** What S3 says of each object of a test bucket that was not written. */
export const testObject = {
  versionId: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as VersionId,
  size: 4_404_019,
  etag: '"9b2cf535f27731c974343645a3985328"',
  contentType: 'application/pdf',
} as const satisfies FoundObject

/** An object at which a request looked. */
type Look = Parameters<StoredObjects['look']>[0]

/** A bucket in memory, with the looks at it. */
export interface MemoryObjects extends StoredObjects {
  readonly looks: readonly Look[]
  /** Writes an object: another version, or without `versionId` what a bucket without versions has. */
  write(key: string, object: FoundObject): void
  /** Adds a delete marker, so that a look without a version finds nothing. */
  hide(key: string): void
  /** Deletes one version of an object, or all. */
  remove(key: string, versionId?: string): void
}

/** Makes a bucket under the same contract as S3 (test/system/contract). A key that nothing was done to has `testObject`. */
export function memoryObjects(): MemoryObjects {
  const versions = new Map<string, readonly (FoundObject | 'marker')[]>()
  const of = (key: string) => versions.get(key) ?? [testObject]
  const looks: Look[] = []
  return {
    looks,
    write: (key, object) => void versions.set(key, object.versionId === undefined ? [object] : [...of(key), object]),
    hide: key => void versions.set(key, [...of(key), 'marker']),
    remove(key, versionId) {
      const others = of(key).filter(
        each => versionId !== undefined && each !== 'marker' && each.versionId !== versionId,
      )
      versions.set(key, others)
    },
    async look({ key, versionId }) {
      looks.push({ key, ...(versionId !== undefined && { versionId }) })
      const found =
        versionId === undefined
          ? of(key).at(-1)
          : of(key).find(each => each !== 'marker' && each.versionId === versionId)
      return found === undefined || found === 'marker' ? 'missing' : found
    },
  }
}
