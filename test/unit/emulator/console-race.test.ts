import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RaceResult } from '../../../console/protocol.ts'
import { race } from '../../../emulator/console/race.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, issueAt } from '../../support/http.ts'
import { closedOrigin } from '../../support/ports.ts'

const json = { 'content-type': 'application/json' }

/** An emulator with one file, `f`, and its log lines. */
async function emulatorWithFile() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'f'), 'x')
  const lines: { edge?: string; outcome?: string; linkId?: string; reason?: string }[] = []
  const emulator = await emulatorHere({ bucket, log: line => void lines.push(line) })
  const start = (body: object, headers: Record<string, string> = json) =>
    ask(`${emulator.api}/console/race`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { ...emulator, lines, start }
}

describe('a race', () => {
  test.each([{}, { receipt: true }, { confirm: true }])(
    'of fifty viewers at three edges has one winner, the same in response and log, for a link with %o',
    async options => {
      const { api, edges, lines, start } = await emulatorWithFile()
      const { id, url } = await issueAt(api, { key: 'f', ...options })
      const { status, body } = await start({ url, viewers: 50, confirm: 'confirm' in options })
      const { viewers } = JSON.parse(body) as { viewers: readonly RaceResult[] }
      expect(status).toBe(200)
      expect(viewers.map(({ viewer }) => viewer)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
      const winners = viewers.filter(({ won }) => won)
      expect(winners).toHaveLength(1)
      for (const loser of viewers.filter(({ won }) => !won)) {
        expect(loser).toMatchObject({ status: 403, reason: 'spent', ms: expect.any(Number) })
      }
      const byEdge = Object.groupBy(viewers, ({ edge }) => edge)
      expect(Object.keys(edges).map(edge => byEdge[edge]?.length)).toEqual([17, 17, 16])
      const logged = lines.filter(({ linkId, edge }) => linkId === id && edge !== undefined)
      expect(logged).toHaveLength(50)
      const redeemed = logged.filter(({ outcome }) => outcome === 'redeemed')
      expect(redeemed.map(({ edge }) => edge)).toEqual(winners.map(({ edge }) => edge))
    },
  )

  test('reveals neither the capability nor the link', async () => {
    const { api, start } = await emulatorWithFile()
    const { url } = await issueAt(api, { key: 'f' })
    const { body } = await start({ url, viewers: 2 })
    for (const secret of ['Signature', 'Policy', '/d/', url.slice(-43)]) expect(body).not.toContain(secret)
  })

  test('does not start if an edge is unreachable, and leaves no connection open', async () => {
    let requests = 0
    const server = createServer(() => void (requests += 1))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const edges = { here, gone: await closedOrigin() }
    await expect(race({ path: '/d/x', edges, viewers: 10, confirm: false })).rejects.toThrow('ECONNREFUSED')
    await expect.poll(() => promisify(server.getConnections.bind(server))()).toBe(0)
    expect(requests).toBe(0)
  })
})

describe('a race is refused, and no edge gets a request,', () => {
  const nonce = 'EQABaweW9PZQvhEPErtG4KH0EhMdddThAPAharIswCw'
  const url = `http://127.0.0.1:1/d/${nonce}`

  test.each([
    ['with one viewer', { url, viewers: 1 }, 'viewers'],
    ['without viewers', { url }, 'viewers'],
    ['for a link of another host', { url: `http://evil.example/d/${nonce}`, viewers: 2 }, 'url'],
    ['for a nonce in a spelling that is not canonical', { url: `${url.slice(0, -1)}x`, viewers: 2 }, 'url'],
    ['with an unknown field', { url, viewers: 2, path: '/' }, 'path'],
    ['with a body that is too long', { url, viewers: 2, path: 'x'.repeat(3000) }, '(whole)'],
  ])('%s', async (_, body, field) => {
    const { lines, start } = await emulatorWithFile()
    const response = await start(body)
    expect(response.status).toBe(400)
    expect(JSON.parse(response.body)).toMatchObject({ errors: [{ field }] })
    expect(lines).toEqual([])
  })

  test.each([['from a form', { 'content-type': 'text/plain' }, 400]])('%s', async (_, headers, status) => {
    const { lines, start } = await emulatorWithFile()
    expect((await start({ url, viewers: 2 }, headers)).status).toBe(status)
    expect(lines).toEqual([])
  })

  test('while another race is running', async () => {
    const { api, start } = await emulatorWithFile()
    const { url } = await issueAt(api, { key: 'f' })
    const responses = await Promise.all([start({ url, viewers: 50 }), start({ url, viewers: 50 })])
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    expect((await start({ url, viewers: 2 })).status).toBe(200)
  })
})
