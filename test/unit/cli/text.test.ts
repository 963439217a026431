import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import { escapeControls, singleLine } from '../../../cli/terminal/text.ts'
import { createClient } from '../../../client/client.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { capability, refuses, scriptedEdge } from '../../support/cli/scripted-edge.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'

/** What a terminal interprets: colours, titles, the start of the line, reversed letters. */
const controls = '\u001b[31mred\u001b]0;title\u0007\r\u009b2J\u202egpj\u2066\u007f'
const anyControl = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u

test('what a terminal would interpret is escaped; lines and visible characters stay', () => {
  expect(escapeControls('\u001b[31m\u202e\u0085 Röntgen 日本\n\tא')).toBe('\\u001b[31m\\u202e\\u0085 Röntgen 日本\n\tא')
  expect(singleLine('a\nb\tc\u2028d')).toBe('a\\u000ab\\u0009c\\u2028d')
  expect(escapeControls(controls)).not.toMatch(anyControl)
})

test('escaped JSON keeps its value', () => {
  const value = { key: controls }
  const line = escapeControls(JSON.stringify(value))
  expect(line).not.toMatch(anyControl)
  expect(JSON.parse(line)).toEqual(value)
})

/** Runs a command against an API on which every link has this key. */
async function withLinkNamed(key: string, ...args: readonly string[]) {
  const fields = { homeRegion: 'us-east-1', issuedAt: '2026', expiresAt: '2027', urlSeconds: 30, bind: 'none' }
  const link = { id: 'A'.repeat(22), state: 'live', key, confirm: false, media: false, ...fields }
  const { origin } = await serveHere((request, response) => {
    const body = request.url?.startsWith('/links/') === true ? link : { links: [link] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const emulatorAt = async () => origin
  return onceHere([...args, '--local'], { apis: { ...apis, emulatorAt, local: () => createClient({ origin }) } })
}

describe('text from outside can not control the terminal', () => {
  test('status and list', async () => {
    for (const args of [['status', 'A'.repeat(22)], ['list']]) {
      const { code, said } = await withLinkNamed(`a${controls}\nstate  used`, ...args)
      expect(code).toBe(0)
      expect(said).not.toMatch(anyControl)
      expect(said).not.toMatch(/^state {2}used/m)
    }
  })

  test('the reason of a refusal, which stays on two lines', async () => {
    const { link } = await scriptedEdge([refuses(403, 'spent', { title: `No${controls}`, detail: 'a\nb' })])
    const { noted } = await onceHere(['redeem', link, '-o', temporaryFolder()])
    expect(noted).not.toMatch(anyControl)
    expect(noted.split('\n')).toHaveLength(2)
  })

  test('what an API refuses', async () => {
    const errors = [{ field: 'key', got: `"${controls}"`, allowed: 'a\nb' }]
    const body = JSON.stringify({
      title: controls,
      detail: controls,
      reason: 'invalid-fields',
      requestId: controls,
      errors,
    })
    const { origin } = await serveHere(
      (_, response) => void response.writeHead(400, { 'content-type': 'application/problem+json' }).end(body),
    )
    const local = () => createClient({ origin })
    const outcome = await onceHere(['issue', '-k', 'a', '--local', origin], {
      apis: { ...apis, emulatorAt: async () => origin, local },
    })
    expect(outcome.code).toBe(3)
    expect(outcome.noted).not.toMatch(anyControl)
    expect(outcome.noted.split('\n')).toHaveLength(3)
  })

  test('file names of the user and of the sender', async () => {
    const { link } = await scriptedEdge([capability('/%1b%5b31mred.bin')])
    const folder = temporaryFolder()
    const sent = await onceHere(['redeem', link, '-o', folder])
    expect(sent).toMatchObject({ code: 0, said: join(folder, '_[31mred.bin') })
    expect(sent.metered.join('')).not.toMatch(anyControl)
    for (const args of [['issue', controls], ['redeem', link, '-o', join(folder, 'no', controls)], [controls]]) {
      const { code, noted } = await onceHere(args)
      expect(code).toBe(2)
      expect(noted).not.toMatch(anyControl)
    }
  })
})
