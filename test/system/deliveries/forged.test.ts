import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { LinkView } from '../../../shared/schemas/types.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt, locationOf } from '../../support/machine/http.ts'
import { openAsProgram } from '../../support/content/media-client.ts'

// The attacker has the cookies of a folder, whose policy covers any query, and knows the public ids of other links.

const size = 300_000

async function attackedSite() {
  const bucket = temporaryFolder()
  for (const folder of ['film', 'secret']) mkdirSync(join(bucket, folder))
  for (const name of ['film/index.m3u8', 'secret/s.txt']) writeFileSync(join(bucket, name), '#EXT')
  writeFileSync(join(bucket, 'report.bin'), randomBytes(size))
  const { api } = await emulatorHere({ bucket, deliveryProof: true })
  const victim = () => issueAt(api, { key: 'report.bin', receipt: true, bind: 'none', urlSeconds: 300 })
  const { url } = await issueAt(api, { key: 'film/index.m3u8', media: 'folder' })
  const deliveryOf = async ({ id }: { id: string }) =>
    (JSON.parse((await ask(`${api}/links/${id}`)).body) as LinkView).delivery
  return { victim, folder: await openAsProgram(url), deliveryOf }
}

/** Returns the queries that say of a link what is not so, and with which CloudFront serves a file of the folder. */
function forgeries(id: string, signature: string): readonly string[] {
  const policy = `{"Statement":[{"Resource":"https://x/film/index.m3u8?l=${id}&s=4"}]}`
  const lowerCase = `policy=${btoa(policy).replaceAll('=', '_')}&signature=s&key-pair-id=k`
  const sizes = [4, 9_999_999_999_999]
  return sizes.flatMap(s => ['', `&${signature}`, `&${lowerCase}`].map(more => `l=${id}&s=${s}${more}`))
}

test('no viewer can fake a delivery: what a folder’s cookies open says nothing of other links', async () => {
  const { victim, folder, deliveryOf } = await attackedSite()
  const [unopened, opened, downloaded] = [await victim(), await victim(), await victim()]
  const [, file = ''] = await Promise.all([opened, downloaded].map(async ({ url }) => locationOf(await ask(url), url)))
  const signed = folder.cookies.filter(({ name }) => name.startsWith('CloudFront-'))
  const signature = signed.map(({ name, value }) => `${name.slice('CloudFront-'.length)}=${value}`).join('&')
  for (const id of [unopened.id, opened.id, downloaded.id, 'A'.repeat(22)]) {
    for (const query of forgeries(id, signature)) {
      const { status, body } = await folder.get(`/film/index.m3u8?${query}`)
      expect([status, body], query).toEqual([200, '#EXT'])
    }
  }
  for (const range of [`bytes=0-${size / 2 - 1}`, `bytes=${size / 2}-`]) {
    expect((await ask(file, { headers: { range } })).status).toBe(206)
  }
  const whole = { state: 'complete', bytes: size, size }
  await vi.waitFor(async () => expect(await deliveryOf(downloaded)).toMatchObject(whole))
  expect([await deliveryOf(unopened), await deliveryOf(opened)]).toMatchObject([{ state: 'none' }, { state: 'none' }])
})

test.each(['../secret/s.txt', './index.m3u8', '%2e%2E/secret/s.txt', '..%2fsecret%2fs.txt'])(
  'a folder’s cookies open no path with dots, which something might resolve: %s',
  async path => {
    const { folder } = await attackedSite()
    const { status, headers } = await folder.force(`/film/${path}`)
    expect([status, headers['x-once']]).toEqual([403, 'gate'])
  },
)
