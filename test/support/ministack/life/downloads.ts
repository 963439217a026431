import { expect, test } from 'vitest'
import { cookiesIn } from '../../content/media-client.ts'
import { clientSecret, type Life, reasonOf, spentStatus, report, target } from './deployed.ts'

/** Registers what is promised of capabilities: which version they deliver, to whom, and what a folder or an exchange opens. */
export function filesGoToOneViewer(life: () => Life): void {
  test('a link delivers the version that it was issued for, also after its object is overwritten; and a part of it', async () => {
    const { issue, put, visit } = life()
    await put('draft.txt', 'the first draft')
    const { url } = await issue({ key: 'draft.txt' })
    await put('draft.txt', 'another text')
    const file = target(await visit(url), url)
    expect(await visit(file)).toMatchObject({ status: 200, body: 'the first draft' })
    expect(await visit(file, { headers: { range: 'bytes=4-8' } })).toMatchObject({ status: 206, body: 'first' })
    expect((await visit(file.replace(/versionId=[^&]+/, 'versionId=null'))).status).toBe(403)
  })

  test('a signed URL that is bound to an address is refused from another one, with the page of the deployment', async () => {
    const { issue, visit } = life()
    const { url } = await issue()
    const file = target(await visit(url), url)
    const refused = await visit(file, { from: '127.0.0.2' })
    expect(refused).toMatchObject({ status: 403, headers: { 'x-once': 'page' } })
    expect(refused.body).toContain('<html')
    expect((await visit(file)).status).toBe(200)
  })

  test('the gate lets the client pass that opened the link, from any address, and no other', async () => {
    const { issue, visit } = life()
    const { url } = await issue({ bind: 'client' })
    const headers = { 'once-client': clientSecret() }
    const file = target(await visit(url, { headers }), url)
    expect((await visit(file, { headers, from: '127.0.1.9' })).body).toBe(report.content)
    const other = await visit(file, { headers: { 'once-client': clientSecret() }, from: '127.0.1.9' })
    expect(other).toMatchObject({ status: 403, headers: { 'x-once': 'gate' } })
    expect(reasonOf(other)).toBe('other-client')
  })

  test('without a signature, by another method and elsewhere, viewers get nothing', async () => {
    const { issue, visit } = life()
    const { url } = await issue()
    const file = target(await visit(url), url)
    const { origin, pathname } = new URL(file)
    for (const each of [origin + pathname, `${origin}/elsewhere`]) expect((await visit(each)).status).toBe(403)
    expect((await visit(file, { method: 'POST' })).status).toBe(403)
    expect((await visit(file)).status).toBe(200)
  })

  test('a link to a folder opens with its cookies everything in the folder, and nothing else', async () => {
    const { issue, put, visit } = life()
    await put('film/index.m3u8', '#EXTM3U\n', 'application/vnd.apple.mpegurl')
    await put('film/1.ts', 'the first part')
    const { url } = await issue({ key: 'film/index.m3u8', media: 'folder' })
    const client = { 'once-client': clientSecret() }
    const opened = await visit(url, { headers: client })
    expect(opened.status, opened.body).toBe(302)
    const cookie = cookiesIn(opened)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const headers = { ...client, cookie }
    expect((await visit(target(opened, url), { headers })).body).toBe('#EXTM3U\n')
    const { origin } = new URL(url)
    expect((await visit(`${origin}/film/1.ts`, { headers })).body).toBe('the first part')
    expect((await visit(`${origin}/film/1.ts`, { headers: client })).status).toBe(403)
    expect((await visit(`${origin}/${report.key}`, { headers })).status).toBe(403)
  })

  test('an exchange returns a presigned URL with the bytes, once, and the link opens nothing more', async () => {
    const { api, issue, visit, settings } = life()
    const { url } = await issue({ filename: 'exchanged.txt' })
    const nonce = url.split('/').at(-1) ?? ''
    const exchanged = await api.exchange(nonce)
    const file = await fetch(exchanged.url)
    expect(await file.text()).toBe(report.content)
    expect(file.headers.get('content-disposition')).toContain('exchanged.txt')
    await expect(api.exchange(nonce)).rejects.toMatchObject({ status: spentStatus(settings, false) })
    expect(reasonOf(await visit(url))).toBe('spent')
  })

  test('a link whose home is another Region works as one whose home is the first', async ({ skip }) => {
    const { settings, issue, visit } = life()
    const [, other] = settings.homeRegions
    if (other === undefined || settings.mode === 'strong') return skip('no second Region is home')
    if (settings.network === 'private') return skip('a private api issues links of its own Region only')
    const { url, homeRegion } = await issue({ homeRegion: other })
    expect(homeRegion).toBe(other)
    const first = await visit(url)
    expect((await visit(target(first, url))).body).toBe(report.content)
    expect(reasonOf(await visit(url))).toBe('spent')
  })
}
