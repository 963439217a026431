import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { escapeControls, singleLine } from '../../../cli/terminal/text.ts'
import { createClient } from '../../../client/client.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { capability, refuses, scriptedEdge } from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { serveHere } from '../../support/serve.ts'

/** What a terminal would obey: colours, titles, the start of the line, letters turned around. */
const obeyed = '\u001b[31mred\u001b]0;title\u0007\r\u009b2J\u202egpj\u2066\u007f'
const mark = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u

test('what a terminal would obey is spelled out; lines and what can be seen stay', () => {
  expect(escapeControls('\u001b[31m\u202e\u0085 Röntgen 日本\n\tא')).toBe('\\u001b[31m\\u202e\\u0085 Röntgen 日本\n\tא')
  expect(singleLine('a\nb\tc\u2028d')).toBe('a\\u000ab\\u0009c\\u2028d')
  expect(escapeControls(obeyed)).not.toMatch(mark)
})

test('in JSON it is the same JSON', () => {
  const value = { key: obeyed }
  const line = escapeControls(JSON.stringify(value))
  expect(line).not.toMatch(mark)
  expect(JSON.parse(line)).toEqual(value)
})

/** A command against an api that gives every link this key. */
async function withLinkCalled(key: string, ...args: readonly string[]) {
  const about = { homeRegion: 'us-east-1', issuedAt: '2026', expiresAt: '2027', urlSeconds: 30, bind: 'none' }
  const link = { id: 'A'.repeat(22), state: 'live', key, confirm: false, media: false, ...about }
  const { origin } = await serveHere((request, response) => {
    const body = request.url?.startsWith('/links/') === true ? link : { links: [link] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const emulatorAt = async () => origin
  return onceHere([...args, '--local'], { apis: { ...apis, emulatorAt, local: () => createClient({ origin }) } })
}

describe('a terminal obeys nothing that others say', () => {
  test('status and list', async () => {
    for (const args of [['status', 'A'.repeat(22)], ['list']]) {
      const { code, said } = await withLinkCalled(`a${obeyed}\nstate  used`, ...args)
      expect(code).toBe(0)
      expect(said).not.toMatch(mark)
      expect(said).not.toMatch(/^state {2}used/m)
    }
  })

  test('status and list as JSON', async () => {
    for (const args of [['status', 'A'.repeat(22)], ['list']]) {
      const { said } = await withLinkCalled(obeyed, ...args, '--json')
      expect(said).not.toMatch(mark)
      expect(JSON.parse(said)).toMatchObject({ key: obeyed })
    }
  })

  test('the reason of a refusal, which stays two lines', async () => {
    const { link } = await scriptedEdge([refuses(403, 'spent', { title: `No${obeyed}`, detail: 'a\nb' })])
    const { noted } = await onceHere(['redeem', link, '-o', temporaryFolder()])
    expect(noted).not.toMatch(mark)
    expect(noted.split('\n')).toHaveLength(2)
  })

  test('what an api turns down', async () => {
    const errors = [{ field: 'key', got: `"${obeyed}"`, allowed: 'a\nb' }]
    const body = JSON.stringify({ title: obeyed, detail: obeyed, reason: 'invalid-fields', requestId: obeyed, errors })
    const { origin } = await serveHere(
      (_, response) => void response.writeHead(400, { 'content-type': 'application/problem+json' }).end(body),
    )
    const local = () => createClient({ origin })
    const outcome = await onceHere(['issue', '-k', 'a', '--local', origin], {
      apis: { ...apis, emulatorAt: async () => origin, local },
    })
    expect(outcome.code).toBe(3)
    expect(outcome.noted).not.toMatch(mark)
    expect(outcome.noted.split('\n')).toHaveLength(3)
  })

  test('names of files, of ours and of the sender', async () => {
    const { link } = await scriptedEdge([capability('/%1b%5b31mred.bin')])
    const folder = temporaryFolder()
    const sent = await onceHere(['redeem', link, '-o', folder])
    expect(sent).toMatchObject({ code: 0, said: join(folder, '_[31mred.bin') })
    expect(sent.metered.join('')).not.toMatch(mark)
    for (const args of [['issue', obeyed], ['redeem', link, '-o', join(folder, 'no', obeyed)], [obeyed]]) {
      const { code, noted } = await onceHere(args)
      expect(code).toBe(2)
      expect(noted).not.toMatch(mark)
    }
  })
})
