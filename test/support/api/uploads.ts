import { createHash, randomBytes } from 'node:crypto'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { LogLine } from '../../../api/ports.ts'
import { createUploadHandler } from '../../../api/uploads/handler.ts'
import type { ArrivedPart, OpenUploads, Part, UploadBucket, UploadPorts } from '../../../api/uploads/ports.ts'
import type { ObjectKey, VersionId } from '../../../shared/object-key.ts'
import { type ApiAnswer, answerOf, proxyEvent, type TestApi } from './api.ts'
import { manualClock } from '../machine/clock.ts'
import { testDeployment } from '../edge/deployment.ts'
import { testKeyring } from '../keys/keys.ts'
import { memoryIdempotencyStore } from './memory-idempotency-store.ts'
import { memoryQuota } from './memory-quota.ts'

/** Makes a part of a file. */
export function partOf(number: number, bytes: number, content = `part ${number}`): Part {
  return { number, bytes, sha256: createHash('sha256').update(content).digest('base64') }
}

/** Makes a bucket in memory. `send` does what a PUT to a signed URL does. */
export function memoryBucket() {
  const open = new Map<string, Map<number, ArrivedPart>>()
  const objects = new Map<ObjectKey, VersionId>()
  let count = 0
  const bucket: UploadBucket = {
    async begin() {
      open.set(`upload ${(count += 1)}`, new Map())
      return `upload ${count}`
    },
    async sign({ key, uploadId }, part, { from, until }) {
      const query = new URLSearchParams({ uploadId, part: JSON.stringify(part), seconds: String(until - from) })
      return { url: `https://s3.example/${key}?${query.toString()}`, headers: { 'x-amz-checksum-sha256': part.sha256 } }
    },
    async arrived({ uploadId }) {
      const parts = open.get(uploadId)
      return parts === undefined ? 'gone' : [...parts.values()].toSorted((a, b) => a.number - b.number)
    },
    async complete({ key, uploadId }, _parts, replace) {
      if (objects.has(key) && !replace) return 'exists'
      if (!open.delete(uploadId)) return 'gone'
      const versionId = `version ${(count += 1)}` as VersionId
      objects.set(key, versionId)
      return { versionId }
    },
    abort: async ({ uploadId }) => void open.delete(uploadId),
  }
  function send(url: string): void {
    const query = new URL(url).searchParams
    const part = JSON.parse(query.get('part') ?? '') as Part
    open.get(query.get('uploadId') ?? '')?.set(part.number, { ...part, etag: `"${part.number}"` })
  }
  return { ...bucket, open, objects, send }
}

/** Makes sets of open uploads in memory, under the same contract as the real table (test/system/contract). */
export function memoryOpenUploads(): OpenUploads {
  const sets = new Map<string, Map<string, number>>()
  return {
    async tryAdd({ id, upload, endsAt }, max, now) {
      const open = [...(sets.get(id) ?? [])].filter(([name, end]) => end > now && name !== upload)
      if (open.length >= max) return false
      sets.set(id, new Map([...open, [upload, endsAt]]))
      return true
    },
    remove: async ({ id, upload }) => void sets.get(id)?.delete(upload),
  }
}

/** Makes the function of uploads on memory, with a clock that starts at noon; `ports` and `deployment` replace single ones. */
export function testUploads(ports: Partial<UploadPorts> = {}, deployment: Partial<WithIssuers> = {}) {
  const [clock, bucket, lines] = [manualClock(), memoryBucket(), [] as LogLine[]]
  const counters = { quota: memoryQuota(), bytesOfDay: memoryQuota() }
  const stores = { bucket, uploads: memoryIdempotencyStore<never>(), openUploads: memoryOpenUploads(), ...counters }
  const all = {
    clock,
    random: randomBytes,
    keyring: testKeyring,
    ...stores,
    log: (line: LogLine) => lines.push(line),
    ...ports,
  }
  const handler = createUploadHandler(all, testDeployment(deployment))
  async function call(...[method, path, request]: Parameters<TestApi['call']>): Promise<ApiAnswer> {
    return answerOf(await handler(proxyEvent(method, path, request)))
  }
  return { clock, bucket, lines, call }
}
