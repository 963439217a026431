import type { FoundObject, Objects } from '../../api/ports.ts'
import type { ObjectKey, VersionId } from '../../shared/object-key.ts'

/** The version that every key of a test bucket has. */
export const testVersionId = '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as VersionId

/** What S3 says of each object of a test bucket. */
export const testObject = {
  versionId: testVersionId,
  size: 4_404_019,
  etag: '"9b2cf535f27731c974343645a3985328"',
  contentType: 'application/pdf',
} as const satisfies FoundObject

/** A bucket in memory, with versions, and the keys and versions at which a request looked. */
export interface MemoryObjects extends Objects {
  readonly looks: readonly Parameters<Objects['look']>[0][]
  /** Writes a version of an object, which is the latest one from then on. */
  write(key: string, object: FoundObject): void
  /** Makes the object missing, with all its versions. */
  remove(key: string): void
}

/** Makes a bucket under the same contract as S3 (test/system/contract). Each key that nothing else was done to has `testObject`. */
export function memoryObjects(): MemoryObjects {
  const written = new Map<string, readonly FoundObject[]>()
  const versionsOf = (key: string) => written.get(key) ?? [testObject]
  const looks: Parameters<Objects['look']>[0][] = []
  return {
    looks,
    write: (key, object) => void written.set(key, [...(written.get(key) ?? [testObject]), object]),
    remove: key => void written.set(key, []),
    async look({ key, versionId }: { key: ObjectKey; versionId?: VersionId }) {
      looks.push({ key, ...(versionId !== undefined && { versionId }) })
      const versions = versionsOf(key)
      const found = versionId === undefined ? versions.at(-1) : versions.find(each => each.versionId === versionId)
      return found ?? 'missing'
    },
  }
}
