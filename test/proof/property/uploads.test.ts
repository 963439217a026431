import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NamedRecords } from '../../../api/ports.ts'
import type { Upload } from '../../../api/uploads/ports.ts'
import { asToken, issuersOf } from '../../support/api/issuers.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { partOf, testUploads } from '../../support/api/uploads.ts'

const issuers = issuersOf({ id: 'desks', group: 'desks', prefixes: ['desks/'], verbs: ['upload'], own: true })
const callers = [asToken('ann', ['desks']), asToken('eve', ['desks'])] as const

/** A request: of whom, for what, on which of the uploads so far, and with which Idempotency-Key, if any. */
const requests = fc.array(
  fc.record({
    who: fc.constantFrom(0, 1),
    what: fc.constantFrom('begin', 'sign', 'complete', 'end'),
    which: fc.nat(9),
    key: fc.option(fc.constantFrom('k', 'l'), { nil: undefined }),
  }),
  { minLength: 50, maxLength: 50 },
)

/** Sends requests of two callers of one group; returns the first one that reached an upload of the other. */
async function findLeak(
  steps: typeof requests extends fc.Arbitrary<infer S> ? S : never,
  uploads: NamedRecords<Upload>,
) {
  const api = testUploads({ uploads }, { issuers })
  const begun: { readonly id: string; readonly key: string; readonly who: number }[] = []
  for (const step of steps) {
    const { who, what, which, key } = step
    const caller = callers[who] ?? callers[0]
    const headers = { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) }
    const upload = begun[which % Math.max(1, begun.length)]
    const before = JSON.stringify([
      [...api.bucket.objects],
      [...api.bucket.open].map(([id, parts]) => [id, parts.size]),
    ])
    if (what === 'begin' || upload === undefined) {
      const body = { filename: 'a.txt', bytes: 10 }
      const { status, body: state } = await api.call('POST', '/uploads', { body, ...caller, headers })
      const known = begun.find(({ id }) => id === state.id)
      if (known !== undefined && known.who !== who) return step
      if (status === 201) begun.push({ id: String(state.id), key: String(state['key']), who })
      continue
    }
    const path = `/uploads/${upload.id}`
    const { body, ...answer } =
      what === 'sign'
        ? await api.call('POST', `${path}/parts`, { body: { parts: [partOf(1, 10)] }, ...caller })
        : what === 'complete'
          ? await api.call('POST', `${path}/complete`, { body: { bytes: 10 }, ...caller })
          : await api.call('DELETE', path, caller)
    for (const { url } of (body['parts'] ?? []) as { url: string }[]) if (upload.who === who) api.bucket.send(url)
    if (upload.who === who) continue
    const after = JSON.stringify([[...api.bucket.objects], [...api.bucket.open].map(([id, parts]) => [id, parts.size])])
    if (answer.status !== 404 || body.reason !== 'no-such-upload' || before !== after) return step
    if (JSON.stringify(body).includes(upload.key)) return step
  }
  return undefined
}

test('in 10,000 requests of two callers of one group, none reaches an upload of the other', async () => {
  const holds = fc.asyncProperty(
    requests,
    async steps => (await findLeak(steps, memoryIdempotencyStore())) === undefined,
  )
  await fc.assert(holds, { numRuns: 200 })
})

test('uploads that are everybody’s are caught', async () => {
  const store = memoryIdempotencyStore<Upload>()
  const hashes = new Set<string>()
  const shared: NamedRecords<Upload> = {
    ...store,
    complete: async (record, issued) => (hashes.add(issued.caller), store.complete(record, issued)),
    // As if each caller had begun it: a hash of each is tried.
    find: async id => {
      const record = await store.find(id)
      const other = [...hashes].find(hash => hash !== record?.issued?.caller)
      return record?.issued && other ? { ...record, issued: { ...record.issued, caller: other } } : record
    },
  }
  const leaks = fc.sample(requests, { numRuns: 5, seed: 1 })
  const found = await Promise.all(leaks.map(async steps => findLeak(steps, shared)))
  expect(found.some(leak => leak !== undefined)).toBe(true)
})
