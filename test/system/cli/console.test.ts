import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { loopback } from '../../../cli/adapters/machine.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask } from '../../support/http.ts'

const api = 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/v1'

test.each([[[]], [['--json']], [['--no-browser']]])(
  'once console prints and runs nothing with its secret, which is in a file of this user until it ends: %j',
  async options => {
    const home = temporaryFolder()
    const stop = new AbortController()
    const ran: string[] = []
    const seen = Promise.withResolvers<{ mode: number; text: string; opened: number }>()
    async function look(file: string): Promise<void> {
      const text = readFileSync(file, 'utf8')
      const [, url = ''] = /action="([^"]+)"/.exec(text) ?? []
      const headers = { 'content-type': 'application/x-www-form-urlencoded', host: new URL(url).host }
      const { status } = await ask(url, { method: 'POST', headers, body: `token=${secretIn(text)}` })
      seen.resolve({ mode: statSync(file).mode & 0o777, text, opened: status })
      stop.abort()
    }
    const said: string[] = []
    const outcome = await onceHere(['console', '--api', api, ...options], {
      aws: { ...allOfAws(), account: async () => '111122223333' },
      loopback: { ...loopback, home },
      interrupts: { abortOnInterrupt: () => stop.signal },
      print: line => {
        said.push(line)
        look(line.startsWith('{') ? (JSON.parse(line) as { file: string }).file : line).catch(seen.reject)
      },
      programs: { run: async (...command) => void ran.push(JSON.stringify(command)) },
    })
    const { mode, text, opened } = await seen.promise
    expect(outcome.code).toBe(0)
    expect(opened).toBe(200)
    expect(mode).toBe(0o600)
    expect(secretIn(text)).toMatch(/^[\w-]{43}$/)
    expect(ran).toHaveLength(options.includes('--no-browser') ? 0 : 1)
    expect([outcome.noted, ...said, ...ran].join('\n')).not.toContain(secretIn(text))
    expect(readdirSync(home)).toEqual([])
    await expect(ask(originIn(text))).rejects.toThrow()
  },
)

const secretIn = (text: string) => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
const originIn = (text: string) => /action="(http:\/\/[^/]+)/.exec(text)?.[1] + '/'
