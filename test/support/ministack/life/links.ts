import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Life, reasonOf, refreshTarget, report, target } from './deployed.ts'

/** Registers what is promised of links: issued, redeemed once, refused, confirmed, shown, listed and revoked. */
export function linksAreUsedOnce(life: () => Life): void {
  test('once issue uploads a file, once redeem saves its bytes under its name, and the second time there is none', async () => {
    const { once } = life()
    const folder = mkdtempSync(join(tmpdir(), 'once-life-'))
    try {
      const [content, name] = [`invoice ${randomUUID()}`, 'Rechnung (März) 7.txt']
      writeFileSync(join(folder, name), content)
      const issued = await once('issue', join(folder, name))
      expect(issued, issued.noted).toMatchObject({ code: 0 })
      const saved = join(folder, 'saved.txt')
      const redeem = () => life().redeem(issued.said, saved)
      expect(await redeem()).toMatchObject({ code: 0 })
      expect(readFileSync(saved, 'utf8')).toBe(content)
      rmSync(saved)
      const again = await redeem()
      expect(again.noted).toContain('it was used')
      expect(again.code).toBe(3)
      expect(readdirSync(folder)).toEqual([name])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('the first viewer gets a signed URL and the file, with name and version; the second gets 403', async () => {
    const { issue, visit } = life()
    const { url } = await issue({ filename: 'figures 2026.txt' })
    const first = await visit(url)
    expect(first.status, first.body).toBe(302)
    const file = await visit(target(first, url))
    expect(file).toMatchObject({ status: 200, body: report.content })
    expect(file.headers['content-disposition']).toContain('filename="figures 2026.txt"')
    expect(file.headers['x-amz-version-id']).toBeUndefined()
    expect(reasonOf(await visit(url))).toBe('spent')
  })

  test('a link with a confirmation shows a page, and its form opens the file', async () => {
    const { issue, visit } = life()
    const { url } = await issue({ confirm: true })
    expect(reasonOf(await visit(url))).toBe('unconfirmed')
    const page = await visit(url, { headers: { accept: 'text/html' } })
    expect(page.status).toBe(200)
    const form = /action="([^"]*)"/.exec(page.body)?.[1] ?? ''
    const cookie = String(page.headers['set-cookie']).split(';')[0] ?? ''
    const sent = { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin', 'sec-fetch-user': '?1' }
    const headers = { accept: 'text/html', cookie, ...sent }
    const confirmed = await visit(new URL(form, url).href, { method: 'POST', headers })
    expect(confirmed.status, confirmed.body).toBe(200)
    expect((await visit(refreshTarget(confirmed, url), { headers })).body).toBe(report.content)
  })

  test('with a receipt, the same client gets the same capability again, and another client 403', async () => {
    const { issue, visit, once } = life()
    const { id, url } = await issue({ receipt: true, reference: 'order 7' })
    const headers = { 'idempotency-key': 'a client' }
    const [first, again] = [await visit(url, { headers }), await visit(url, { headers })]
    const policyOf = (text: string) => /[?&]Policy=[^&]+/.exec(text)?.[0]
    expect(policyOf(target(first, url))).toBe(policyOf(target(again, url)))
    expect(policyOf(target(first, url))).toBeDefined()
    expect(reasonOf(await visit(url, { headers: { 'idempotency-key': 'another' } }))).toBe('spent')
    const shown = await once('status', id)
    expect(shown.said).toMatch(/state +used/)
  })

  test('a link that is revoked opens nothing; one that was used before names the end of its capability', async () => {
    const { issue, visit, once, api } = life()
    const unused = await issue()
    expect(await once('revoke', unused.id)).toMatchObject({ code: 0, said: `revoked ${unused.id}` })
    expect(reasonOf(await visit(unused.url))).toBe('revoked')
    const used = await issue({ receipt: true })
    const headers = { 'idempotency-key': 'k' }
    expect((await visit(used.url, { headers })).status).toBe(302)
    const revoked = await api.revoke(used.id)
    expect(Date.parse(revoked?.capabilityEndsAt ?? '')).toBeGreaterThan(life().clock.now())
    expect(reasonOf(await visit(used.url, { headers }))).toBe('revoked')
    expect((await api.show(used.id)).state).toBe('revoked')
  })

  test('a link that is replaced opens nothing, and the one in its place opens the file', async () => {
    const { issue, visit, once } = life()
    const lost = await issue()
    const replaced = await once('replace', lost.id)
    expect(replaced, replaced.noted).toMatchObject({ code: 0 })
    expect(reasonOf(await visit(lost.url))).toBe('replaced')
    expect((await visit(replaced.said.trim())).status).toBe(302)
  })

  test('a list has every link, and one of a reference the newest first', async () => {
    const { issue, once } = life()
    const reference = `order ${randomUUID()}`
    const first = await issue({ reference })
    const second = await issue({ reference })
    const listed = await once('list', '--reference', reference, '--json')
    expect(
      listed.said
        .split('\n')
        .map(line => (JSON.parse(line) as { id: string }).id)
        .toSorted(),
    ).toEqual([first.id, second.id].toSorted())
    const all = await once('list', '--limit', '1000', '--json')
    for (const { id } of [first, second]) expect(all.said).toContain(id)
  })

  test('a batch issues each link that is right, and a repetition with the same key issues nothing new', async () => {
    const { api } = life()
    const links = [{ key: report.key }, { key: 'there/is/none' }, { key: report.key, filename: 'two.txt' }]
    const idempotencyKey = randomUUID()
    const issueAll = async () => {
      const results = []
      for await (const each of api.issueMany(links, { idempotencyKey })) results.push(each)
      return results
    }
    const [first, again] = [await issueAll(), await issueAll()]
    expect(first.map(({ status }) => status)).toEqual([201, 422, 201])
    const linksOf = (results: typeof first) => results.map(each => 'link' in each && each.link)
    expect(linksOf(again)).toEqual(linksOf(first))
    const issueOne = async () => api.issue({ key: report.key }, { idempotencyKey: `${idempotencyKey} one` })
    const [one, same] = await Promise.all([issueOne(), issueOne()])
    expect(one).toEqual(same)
  })
}
