import { expect, test } from 'vitest'
import { cookieHeader, openAsProgram } from '../../support/content/media-client.ts'
import { ask } from '../../support/machine/http.ts'
import { versionSite } from '../../support/content/version-site.ts'
import { uploadsPlace } from '../../support/content/versioned-places.ts'

/** A viewer of a film in a folder, whose segment has an earlier version and whose title has a delete marker. */
async function viewerOfFolder() {
  const place = await uploadsPlace()
  for (const content of ['secret take', 'final']) await place.write('film/00.m4s', content)
  for (const name of ['film/index.m3u8', 'film/title.m4s']) await place.write(name, 'x')
  await place.deleteObject('film/title.m4s')
  const site = await versionSite(place)
  const { url } = await site.issue({ key: 'film/index.m3u8', media: 'folder' })
  const { answer, cookies } = await openAsProgram(url)
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    ask(`${new URL(url).origin}${path}`, { method, headers: { ...headers, cookie: cookieHeader(cookies, path) } })
  async function versionOf(key: string): Promise<string> {
    const { headers } = await place.origin({ method: 'HEAD', target: `/${key}`, headers: {}, mayList: true })
    return headers['x-amz-version-id'] ?? ''
  }
  return { answer, get, versionOf }
}

test('a viewer of a folder never sees the id of a version, which the cookies would open', async () => {
  const { answer, get, versionOf } = await viewerOfFolder()
  const ids = await Promise.all(['film/00.m4s', 'film/index.m3u8', 'film/title.m4s'].map(versionOf))
  expect(ids.every(id => /^[\w-]{32}$/.test(id))).toBe(true)
  const whole = await get('/film/00.m4s')
  const responses = {
    redirect: answer,
    whole,
    range: await get('/film/00.m4s', { range: 'bytes=0-1' }),
    unmodified: await get('/film/00.m4s', { 'if-none-match': String(whole.headers['etag']) }),
    head: await get('/film/00.m4s', {}, 'HEAD'),
    deleted: await get('/film/title.m4s'),
    missing: await get('/film/none.m4s'),
    invalidRange: await get('/film/00.m4s', { range: 'bytes=99-' }),
    noSuchVersion: await get('/film/00.m4s?versionId=guessed'),
    playlist: await get('/film/index.m3u8'),
  }
  expect(Object.entries(responses).map(([name, { status }]) => [name, status])).toEqual([
    ['redirect', 302],
    ['whole', 200],
    ['range', 206],
    ['unmodified', 304],
    ['head', 200],
    ['deleted', 403],
    ['missing', 403],
    ['invalidRange', 416],
    ['noSuchVersion', 403],
    ['playlist', 200],
  ])
  for (const [name, { headers, body }] of Object.entries(responses)) {
    const text = JSON.stringify([headers, body])
    expect(
      ids.filter(id => text.includes(id)),
      name,
    ).toEqual([])
    expect(
      Object.keys(headers).filter(header => /^x-amz-(?!cf-)/.test(header)),
      name,
    ).toEqual([])
    expect(headers['server'] ?? 'CloudFront', name).toBe('CloudFront')
  }
  // This is why: the policy's wildcard also covers a query.
  expect((await get(`/film/00.m4s?versionId=${ids[0]}`)).body).toBe('final')
})
