import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dynamodbReceived } from '../../../api/adapters/dynamodb-received.ts'
import type { ReceivedUpload, ReceivedUploads } from '../../../api/uploads/received-ports.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import { brokenCopy, removeCopy } from '../../support/broken/copy.ts'
import { memoryReceived } from '../../support/api/received.ts'
import { secondsFromNoon } from '../../support/table/links.ts'
import { onBothStores } from '../../support/table/on-stores.ts'

const purgeAt = secondsFromNoon(86_400)
const file = (): ReceivedUpload => {
  return { key: 'received/a/b' as ObjectKey, uploadId: randomUUID(), filename: 'ü.pdf', bytes: 7, partBytes: 5 }
}
const after = (former?: ReceivedUpload) => ({ former: former?.uploadId, purgeAt })

/** Begins an upload of a new redemption. */
async function begun(store: ReceivedUploads) {
  const [name, upload] = [`received/${randomUUID()}`, file()]
  assert.equal(await store.tryBegin(name, upload, after()), true)
  return { name, upload }
}

const count = (results: readonly boolean[]) => results.filter(Boolean).length

/** What the one file of a link relies on. Every store runs all of it. */
const contract: Readonly<Record<string, (store: ReceivedUploads) => Promise<void>>> = {
  async 'of twenty uploads that begin at once, one is open'(store) {
    const name = `received/${randomUUID()}`
    const files = Array.from({ length: 20 }, file)
    const results = await Promise.all(files.map(each => store.tryBegin(name, each, after())))
    assert.equal(count(results), 1)
    assert.deepEqual((await store.find(name))?.upload, files[results.indexOf(true)])
  },
  async 'an upload replaces the one that it knows, may be repeated, and replaces no other'(store) {
    const { name, upload } = await begun(store)
    const [second, third] = [file(), file()]
    for (const _ of [1, 2]) assert.equal(await store.tryBegin(name, second, after(upload)), true)
    assert.equal(await store.tryBegin(name, third, after(upload)), false)
    assert.equal(await store.tryBegin(name, third, after()), false)
    assert.equal(await store.tryBegin(name, upload, after()), false)
    assert.deepEqual(await store.find(name), { upload: second })
  },
  async 'of a note and an upload in place of it at once, one succeeds'(store) {
    for (let round = 0; round < 20; round += 1) {
      const { name, upload } = await begun(store)
      const steps = [store.tryNote(name, upload.uploadId, 'sum'), store.tryBegin(name, file(), after(upload))]
      assert.equal(count(await Promise.all(steps)), 1)
    }
  },
  async 'of a note and an end at once, one succeeds'(store) {
    for (let round = 0; round < 20; round += 1) {
      const { name, upload } = await begun(store)
      const steps = [store.tryNote(name, upload.uploadId, 'sum'), store.tryEnd(name, upload.uploadId)]
      assert.equal(count(await Promise.all(steps)), 1)
    }
  },
  async 'after a note, nothing begins, is signed, ends or is noted anew; the same note and beginning succeed again'(
    store,
  ) {
    const { name, upload } = await begun(store)
    const { uploadId } = upload
    for (const _ of [1, 2]) assert.equal(await store.tryNote(name, uploadId, 'sum'), true)
    assert.equal(await store.tryNote(name, uploadId, 'other'), false)
    assert.equal(await store.tryBegin(name, file(), after(upload)), false)
    assert.equal(await store.tryBegin(name, upload, after()), true)
    assert.equal(await store.trySign(name, uploadId, { bytes: 1, max: 100 }), false)
    assert.equal(await store.tryEnd(name, uploadId), false)
    for (const at of [1, 2]) await store.setReceived(name, uploadId, secondsFromNoon(at))
    assert.deepEqual(await store.find(name), { upload, sha256: 'sum', receivedAt: secondsFromNoon(1) })
  },
  async 'nothing is received that was not noted, or by another upload'(store) {
    const { name, upload } = await begun(store)
    await store.setReceived(name, upload.uploadId, secondsFromNoon(1))
    await store.setReceived(name, randomUUID(), secondsFromNoon(1))
    assert.deepEqual(await store.find(name), { upload })
  },
  async 'all uploads of a link together sign as many bytes as allowed, those that were ended included'(store) {
    const { name, upload } = await begun(store)
    const sign = async ({ uploadId }: ReceivedUpload, bytes: number) =>
      store.trySign(name, uploadId, { bytes, max: 30 })
    assert.equal(count(await Promise.all(Array.from({ length: 10 }, () => sign(upload, 7)))), 4)
    assert.equal(await store.tryEnd(name, upload.uploadId), true)
    const second = file()
    assert.equal(await store.tryBegin(name, second, after(upload)), true)
    assert.equal(await sign(upload, 1), false)
    assert.equal(await sign(second, 3), false)
    assert.equal(await sign(second, 2), true)
  },
  async 'an end may be repeated, and ends no other upload'(store) {
    const { name, upload } = await begun(store)
    for (const _ of [1, 2]) assert.equal(await store.tryEnd(name, upload.uploadId), true)
    assert.deepEqual(await store.find(name), { ended: upload.uploadId })
    const second = file()
    assert.equal(await store.tryBegin(name, second, after(upload)), true)
    assert.equal(await store.tryEnd(name, upload.uploadId), false)
    assert.deepEqual(await store.find(name), { upload: second })
  },
  async 'an upload that was ended does not begin again, and nothing is noted of it'(store) {
    const { name, upload } = await begun(store)
    const second = file()
    assert.equal(await store.tryEnd(name, upload.uploadId), true)
    assert.equal(await store.tryBegin(name, upload, after()), false)
    assert.equal(await store.tryNote(name, upload.uploadId, 'sum'), false)
    assert.equal(await store.tryBegin(name, second, after(upload)), true)
    assert.equal(await store.tryEnd(name, second.uploadId), true)
    assert.equal(await store.tryBegin(name, second, after(upload)), false)
    assert.equal(await store.tryBegin(name, upload, after()), false)
    assert.deepEqual(await store.find(name), { ended: second.uploadId })
  },
  async 'of what never began, nothing is known, signed, noted, received or ended'(store) {
    const name = `received/${randomUUID()}`
    assert.equal(await store.trySign(name, 'a', { bytes: 1, max: 9 }), false)
    assert.equal(await store.tryNote(name, 'a', 'sum'), false)
    await store.setReceived(name, 'a', purgeAt)
    assert.equal(await store.tryEnd(name, 'a'), false)
    assert.equal(await store.find(name), undefined)
  },
}

const cases = Object.entries(contract)

describe('in memory', () => {
  test.each(cases)('%s', async (_, check) => check(memoryReceived()))
})

onBothStores(['us-east-1'], tables => {
  const name = `api-state-${randomUUID()}`
  const config = () => ({ region: 'us-east-1', ...tables().config('us-east-1') })
  beforeAll(() => createTables([name], ['us-east-1'], tables().config))
  test.each(cases)('%s', async (_, check) => check(dynamodbReceived(name, config())))

  test.each([
    ['that replaces any upload', 'AND ${isFormer})', 'AND :zero = :zero)'],
    ['that begins after a note', '(attribute_not_exists(sha256) AND ${isFormer})', '(${isFormer})'],
    ['that refuses a repeat of a beginning', ' OR (${isNamed})`', '`'],
    ['that begins again what was ended', "'REMOVE upload'", "'REMOVE upload, uploadId'"],
    ['that notes what was ended', "'uploadId = :own AND attribute_exists(upload)'", "'uploadId = :own'"],
    ['that ends after a note', "'uploadId = :own AND attribute_not_exists(sha256)',", "'uploadId = :own',"],
    ['that notes anew', '(attribute_not_exists(sha256) OR sha256 = :sha256)', 'attribute_exists(id)'],
    ['without a bound on bytes', ' AND signed <= :room', ' AND :room = :room'],
    ['that forgets what was signed', 'if_not_exists(signed, :zero)', ':zero'],
    ['that receives what was not noted', "'uploadId = :own AND attribute_exists(sha256)'", "'uploadId = :own'"],
  ])('the contract catches a store %s', async (broken, find, replace) => {
    const file = 'api/adapters/dynamodb-received.ts'
    const root = await brokenCopy(broken, [{ file, find, replace }], ['api', 'shared'])
    onTestFinished(() => removeCopy(root))
    const copy = (await import(join(root, file))) as { dynamodbReceived: typeof dynamodbReceived }
    const store = copy.dynamodbReceived(name, config())
    const failures = await Promise.allSettled(cases.map(async ([, check]) => check(store)))
    expect(failures.some(({ status }) => status === 'rejected')).toBe(true)
  })
})
