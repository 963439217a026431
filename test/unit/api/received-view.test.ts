import { expect, test } from 'vitest'
import type { Objects } from '../../../api/ports.ts'
import type { VersionId } from '../../../shared/object-key.ts'
import { testApi } from '../../support/api/api.ts'
import { usedLink } from '../../support/api/received.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const file = {
  size: 10,
  etag: '"0-1"',
  contentType: 'application/pdf',
  versionId: 'v1' as VersionId,
  received: {
    filename: 'Röntgen 1.pdf',
    sha256: 'LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=',
    at: secondsFromNoon(5),
  },
}

/** Shows a link that took a file, of which S3 says this. */
async function shown(look: Objects['look'], used = usedLink()) {
  const keys: string[] = []
  const api = testApi({ objects: { look: async object => (keys.push(object.key), look(object)) } })
  await api.store.links.put(used.link, 'us-east-1')
  const { body } = await api.call('GET', `/links/${used.link.id}`)
  return { body, keys, key: `clinic/received/${used.right.linkId}/${used.right.redemptionId}`, api }
}

test('a link that took a file shows it: its key, name, size, type, version, checksum and time', async () => {
  const { body, key } = await shown(async () => file)
  const { received, size, contentType, versionId } = file
  expect(body['received']).toEqual({
    ...received,
    at: '2026-11-24T12:00:05Z',
    state: 'received',
    key,
    size,
    contentType,
    versionId,
  })
  expect(body).toMatchObject({ state: 'used', upload: { prefix: 'clinic/', maxBytes: 20_000_000 }, bind: 'none' })
  expect(body).not.toHaveProperty('delivery')
})

test('what S3 does not have, does not say, or may not give is shown as that', async () => {
  const { body, key } = await shown(async () => 'missing')
  expect(body['received']).toEqual({ state: 'none' })
  expect((await shown(async () => Promise.reject(new Error('no response')))).body['received']).toEqual({
    state: 'unknown',
  })
  const unchecked = await shown(async ({ key }) => ({ kind: 'not-clean', key }))
  expect(unchecked.body['received']).toEqual({ state: 'unchecked', key: unchecked.key })
  const refused = await shown(async ({ key }) => ({ kind: 'not-clean', key, result: 'THREATS_FOUND' }))
  expect(refused.body['received']).toEqual({ state: 'refused', key: refused.key })
  expect(key).toContain('clinic/received/')
})

test('no other link asks S3: one that was not used, or that gives a file', async () => {
  for (const used of [
    usedLink({ state: 'live', receipt: undefined as never }),
    usedLink({ maxBytes: undefined as never }),
  ]) {
    const { body, keys } = await shown(async () => file, used)
    expect([body['received'], keys]).toEqual([undefined, []])
  }
})

test('a link to the file that was received has its name, and neither a player nor a folder', async () => {
  const { api, key } = await shown(async () => file)
  const issue = async (more: object) => api.call('POST', '/links', { body: { key, receipt: true, ...more } })
  const { body } = await issue({})
  expect((await api.call('GET', `/links/${body.id}`)).body).toMatchObject({ filename: 'Röntgen 1.pdf', pinned: true })
  const own = await issue({ filename: 'findings.pdf' })
  expect((await api.call('GET', `/links/${own.body.id}`)).body).toMatchObject({ filename: 'findings.pdf' })
  for (const media of [true, 'object', 'folder']) {
    expect(await issue({ media })).toMatchObject({ status: 400, body: { errors: [{ field: 'media' }] } })
  }
})

test('nothing works on that a link handed out which took a file, once it is revoked', async () => {
  const { api, body } = await shown(async () => file)
  const revoked = await api.call('DELETE', `/links/${body.id}`)
  expect([revoked.status, revoked.body]).toEqual([204, {}])
  const again = await api.call('GET', `/links/${body.id}`)
  expect(again.body).toMatchObject({ state: 'revoked', received: { state: 'received' } })
})
