import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { LogLine } from '../../../api/ports.ts'
import { createReceivedHandler } from '../../../api/uploads/received-handler.ts'
import type { ReceivedPorts, ReceivedRecord, ReceivedUploads } from '../../../api/uploads/received-ports.ts'
import type { Link } from '../../../shared/link.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { type UploadRight, uploadTokenOf } from '../../../shared/received.ts'
import { testDeployment } from '../edge/deployment.ts'
import { testKeyring, testKeys } from '../keys/keys.ts'
import { manualClock } from '../machine/clock.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../table/links.ts'
import { memoryStore } from '../table/memory-store.ts'
import { answerOf, type ApiAnswer, proxyEvent, type TestApi } from './api.ts'
import { memoryBucket } from './uploads.ts'

/** Keeps uploads for links in memory, under the same contract as the real table (test/system/contract). */
export function memoryReceived(): ReceivedUploads {
  const records = new Map<string, ReceivedRecord & { readonly signed: number }>()
  const openIn = (name: string, uploadId: string) => {
    const record = records.get(name)
    return record?.upload?.uploadId === uploadId && record.sha256 === undefined ? record : undefined
  }
  const set = (name: string, changed: ReceivedRecord & { readonly signed: number }) => (
    records.set(name, changed),
    true
  )
  return {
    async find(name) {
      const record = records.get(name)
      if (record === undefined) return undefined
      const { signed: _, ...found } = record
      return found
    },
    async tryBegin(name, upload, { former }) {
      const { signed = 0, sha256, upload: open, ended } = records.get(name) ?? {}
      if (open?.uploadId === upload.uploadId) return true
      return sha256 === undefined && former === (open?.uploadId ?? ended) && set(name, { signed, upload })
    },
    async trySign(name, uploadId, { bytes, max }) {
      const open = openIn(name, uploadId)
      return open !== undefined && open.signed + bytes <= max && set(name, { ...open, signed: open.signed + bytes })
    },
    async tryNote(name, uploadId, sha256) {
      const record = records.get(name)
      const isSame = record?.upload?.uploadId === uploadId && [undefined, sha256].includes(record.sha256)
      return isSame && set(name, { ...record, sha256 })
    },
    async setReceived(name, uploadId, receivedAt) {
      const record = records.get(name)
      if (record?.upload?.uploadId === uploadId && record.sha256) set(name, { receivedAt, ...record })
    },
    async tryEnd(name, uploadId) {
      const record = records.get(name)
      const open = openIn(name, uploadId)
      return open ? set(name, { signed: open.signed, ended: uploadId }) : record?.ended === uploadId
    },
  }
}

/** Makes a link that takes files of up to 20 MB, used by one redemption an hour ago at most, and the right that this handed out. */
export function usedLink(fields: Partial<Link> = {}, changed: Partial<UploadRight> = {}) {
  const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(14_400) }
  const { link } = makeLink({
    key: 'clinic/received' as ObjectKey,
    state: 'used',
    bind: 'none',
    confirm: 'required',
    maxBytes: 20_000_000,
    urlSeconds: 14_400,
    receipt,
    ...fields,
  })
  const { redemptionId, urlExpiresAt } = receipt
  const right = { linkId: link.id, redemptionId, maxBytes: 20_000_000, expiresAt: urlExpiresAt, ...changed }
  return { link, right, token: uploadTokenOf(right, testKeys.mac.current, testKeys.mac) }
}

/** Makes the handler of `/received` on memory, with a used link and a clock that starts at noon; `ports` replace single ones. */
export async function testReceived(
  ports: Partial<ReceivedPorts> = {},
  used = usedLink(),
  deployment: Partial<WithIssuers> = {},
) {
  const [clock, bucket, store, lines] = [manualClock(), memoryBucket(), memoryStore(), [] as LogLine[]]
  await store.links.put(used.link, used.link.homeRegion)
  const all = { clock, bucket, links: store.links, received: memoryReceived(), keyring: testKeyring }
  const handler = createReceivedHandler(
    { ...all, log: line => void lines.push(line), ...ports },
    testDeployment({ uploadApi: 'https://send.example.com/api', ...deployment }),
    'us-east-1',
  )
  async function call(...[method, path, request]: Parameters<TestApi['call']>): Promise<ApiAnswer> {
    const headers = { 'Content-Type': 'application/json', 'Once-Upload': used.token, ...request?.headers }
    return answerOf(await handler(proxyEvent(method, path, { ...request, headers })))
  }
  return { ...used, clock, bucket, store, lines, call }
}
