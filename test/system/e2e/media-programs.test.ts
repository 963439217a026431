import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHandler } from '../../../edge/redeem/handler.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { startDistribution } from '../../support/gate/distribution.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { filmPaths, mediaBucket, neighbours, sampleBucket } from '../../support/content/media-bucket.ts'
import { openAsProgram, statusesOf } from '../../support/content/media-client.ts'
import { folderPlace } from '../../support/content/versioned-places.ts'

const film = { key: 'film/index.m3u8', media: 'folder' } as const
const movie = { key: 'film.mp4', media: 'object' } as const
const hourMs = 3_600_000

/** Edges made by `createEdge` before a bucket, and a clock that moves only by `advance`. */
async function mediaSite(folder: string, createEdge = createHandler) {
  const clock = manualClock(systemClock.now())
  const { api, edges } = await startDistribution({ code: { createEdge }, clock, bucket: await folderPlace(folder) })
  const issue = async (fields: object) => (await issueAt(api, { urlSeconds: 3600, receipt: false, ...fields })).url
  return { origin: edges['us-east-1'] ?? '', clock, issue }
}

/** Like `ask`, but returns bytes instead of text. */
async function bytesAt(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: Object.fromEntries(response.headers), bytes }
}

const policyIn = (text: string): unknown =>
  JSON.parse(Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString())

/** Promises about media after a redemption, as tests of the edge that `create` makes. */
const promises: Record<string, (create: typeof createHandler) => Promise<void>> = {
  async 'the cookies of a film give access to everything in its folder, from their address, until they end'(create) {
    const site = await mediaSite(mediaBucket(), create)
    const viewer = await openAsProgram(await site.issue(film))
    expect(viewer.answer).toMatchObject({ status: 302, headers: { location: '/film/index.m3u8' } })
    const inside = [...filmPaths, '/film/extra/00.m4s']
    expect(await statusesOf(inside, viewer.get)).toEqual([200])
    expect(await statusesOf(inside, path => ask(site.origin + path))).toEqual([403])
    expect(await statusesOf(inside, path => viewer.get(path, '127.0.0.2'))).toEqual([403])
    site.clock.advance(hourMs - 60_000)
    expect(await statusesOf(inside, viewer.get)).toEqual([200])
    site.clock.advance(60_000)
    expect(await statusesOf(inside, viewer.get)).toEqual([403])
  },
  async 'the cookies of a film give access to nothing outside its folder, in any spelling of the path'(create) {
    const site = await mediaSite(mediaBucket(), create)
    const viewer = await openAsProgram(await site.issue(film))
    expect(await statusesOf(neighbours, viewer.force)).toEqual([403])
    const detours = ['..', '%2e%2e', '.%2E', '..%2f', '..%5c', '%2e%2e%2ffilm2'].flatMap(up => [
      `/film/${up}/film.mp4`,
      `/film/${up}/film2/index.m3u8`,
      `/film/extra/${up}/${up}/hello.txt`,
    ])
    for (const path of [...detours, '//film.mp4', '/film', '/FILM/00.m4s', '/film%2f00.m4s', '/./film.mp4']) {
      const { status, headers } = await viewer.force(path)
      expect(status, path).toBe(403)
      expect(headers['x-once'], path).toBe('page')
    }
    expect(await statusesOf(['/film/00.m4s'], viewer.force)).toEqual([200])
  },
  async 'the cookies of a film are sent to its folder only, and end with the capability'(create) {
    const site = await mediaSite(mediaBucket(), create)
    const { cookies } = await openAsProgram(await site.issue({ ...film, urlSeconds: 900 }))
    const ours = cookies.filter(({ name }) => name.startsWith('CloudFront-'))
    expect(ours.map(({ name }) => name).toSorted()).toEqual([
      'CloudFront-Hash-Algorithm',
      'CloudFront-Key-Pair-Id',
      'CloudFront-Policy',
      'CloudFront-Signature',
    ])
    for (const { path, attributes } of ours) {
      expect({ path, attributes }).toEqual({
        path: '/film/',
        attributes: { path: '/film/', secure: '', httponly: '', samesite: 'Lax', 'max-age': '900' },
      })
    }
    const end = Math.floor(site.clock.now() / 1000) + 900
    expect(policyIn(ours.find(({ name }) => name === 'CloudFront-Policy')?.value ?? '')).toEqual({
      Statement: [
        {
          Resource: `${site.origin}/film/*`,
          Condition: {
            DateLessThan: { 'AWS:EpochTime': end },
            IpAddress: { 'AWS:SourceIp': '127.0.0.1/32' },
          },
        },
      ],
    })
  },
  async 'the signed URL of a film in one file gives ranges of that object and no other, until it ends'(create) {
    const site = await mediaSite(mediaBucket(), create)
    for (const [key, other] of [
      ['film/init.mp4', 'film/00.m4s'],
      ['film.mp4', 'hello.txt'],
    ] as const) {
      const { answer, cookies } = await openAsProgram(await site.issue({ ...movie, key }))
      const path = String(answer.headers['location'])
      const url = site.origin + path
      expect(answer.status).toBe(302)
      expect(cookies).toEqual([])
      const content = readFileSync(join(sampleBucket, key))
      const whole = await bytesAt(url)
      expect(whole).toMatchObject({ status: 200, bytes: content })
      expect(whole.headers['accept-ranges']).toBe('bytes')
      for (const [range, part] of [
        ['bytes=0-99', content.subarray(0, 100)],
        ['bytes=500-', content.subarray(500)],
        ['bytes=-50', content.subarray(-50)],
      ] as const) {
        expect(await bytesAt(url, { range }), range).toMatchObject({ status: 206, bytes: part })
      }
      const elsewhere = site.origin + path.replace(`/${key}`, `/${other}`)
      expect((await ask(elsewhere, { headers: { range: 'bytes=0-9' } })).status).toBe(403)
      expect((await ask(url, { from: '127.0.0.2', headers: { range: 'bytes=0-9' } })).status).toBe(403)
      site.clock.advance(hourMs - 60_000)
      expect((await bytesAt(url, { range: 'bytes=0-9' })).status).toBe(206)
      site.clock.advance(60_000)
      expect((await bytesAt(url, { range: 'bytes=0-9' })).status).toBe(403)
    }
  },
}

describe('for a program that redeems a link to media,', () => {
  test.each(Object.keys(promises))('%s', promise => promises[promise]?.(createHandler))

  test('files have the media types that players expect, by file name', async () => {
    const bucket = mediaBucket()
    const types = {
      'a.m3u8': 'application/vnd.apple.mpegurl',
      'a.mpd': 'application/dash+xml',
      'a.ts': 'video/mp2t',
      'a.m4s': 'video/iso.segment',
      'a.mp4': 'video/mp4',
      'a.vtt': 'text/vtt',
    }
    for (const name of Object.keys(types)) writeFileSync(join(bucket, 'film', name), 'x')
    const site = await mediaSite(bucket)
    const viewer = await openAsProgram(await site.issue(film))
    for (const [name, type] of Object.entries(types)) {
      const { headers } = await viewer.get(`/film/${name}`)
      expect(String(headers['content-type']).split(';')[0], name).toBe(type)
    }
  })
})

/** A broken edge, and the promise that detects it. */
interface Broken {
  readonly name: string
  /** Part of the name of the promise that it breaks. */
  readonly promise: string
  /** Part of the expected failure, so that another failure doesn't count. */
  readonly found: string
  readonly patch: Patch
}

const resource = 'const resource = origin + (isFolder ? folderOf(path) : path)'
const cookieEnd = 'Secure; HttpOnly; SameSite=Lax`\n  return Object'
const signing = (find: string, replace: string): Patch => ({ file: 'edge/redeem/capability.ts', find, replace })
const answering = (find: string, replace: string): Patch => ({ file: 'edge/redeem/respond.ts', find, replace })
const opens = 'expected [ 200 ] to deeply equal [ 403 ]'
const opensSome = 'expected [ 200, 403 ] to deeply equal'

const tooWide: Broken[] = [
  {
    name: 'a policy one level too wide',
    promise: 'nothing outside its folder',
    found: opens,
    patch: signing(resource, "const resource = origin + (isFolder ? folderOf(path).replace(/[^/]+\\/$/, '') : path)"),
  },
  {
    name: 'a policy without the last slash',
    promise: 'nothing outside its folder',
    found: `${opensSome} [ 403 ]`,
    patch: signing(resource, `${resource}.replace(/\\/$/, '')`),
  },
  {
    name: 'a policy for the playlist only',
    promise: 'everything in its folder',
    found: `${opensSome} [ 200 ]`,
    patch: signing('`${resource}*`', 'origin + path'),
  },
  {
    name: 'a policy for any address',
    promise: 'everything in its folder',
    found: opens,
    patch: signing('expiresAt, network)', 'expiresAt, undefined)'),
  },
  {
    name: 'a policy that ends later',
    promise: 'everything in its folder',
    found: opens,
    patch: signing("'AWS:EpochTime': expiresAt", "'AWS:EpochTime': expiresAt + 60"),
  },
  {
    name: 'a folder instead of an object',
    promise: 'in one file',
    found: 'to deeply equal []',
    patch: signing("link.media === 'folder'", 'link.media'),
  },
]

const tooFar: Broken[] = Object.entries({
  'cookies for every path': answering('Path=${path}', 'Path=/'),
  'cookies that plain HTTP may carry': answering(cookieEnd, cookieEnd.replace('Secure; ', '')),
  'cookies that scripts may read': answering(cookieEnd, cookieEnd.replace('HttpOnly; ', '')),
  'cookies that outlive the capability': answering('Max-Age=${seconds}', 'Max-Age=${seconds * 10}'),
}).map(([name, patch]) => {
  return { name, promise: 'sent to its folder only', found: 'to deeply equal { Object (path, attributes) }', patch }
})

describe('guard: the promises find an edge that is broken on purpose:', () => {
  test.each([...tooWide, ...tooFar])('$name', async ({ promise: words, found, patch }) => {
    const root = await brokenCopy('media', [patch])
    onTestFinished(() => removeCopy(root))
    const broken = (await import(join(root, 'edge/redeem/handler.ts'))) as {
      readonly createHandler: typeof createHandler
    }
    const promise = Object.keys(promises).find(each => each.includes(words)) ?? ''
    await expect(promises[promise]?.(broken.createHandler)).rejects.toThrow(found)
  })
})
