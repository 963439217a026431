import { describe, expect, test } from 'vitest'
import { http } from '../../../cli/adapters/http.ts'
import { programs } from '../../../cli/adapters/programs.ts'
import { clientHeaderOfCurl } from '../../../cli/deployment/prove/questions/gate.ts'
import { missing } from '../../support/clients/programs.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { contextIn } from '../../unit/cli/prove/world.ts'

const { signal } = new AbortController()

describe('a program of this machine', () => {
  test('gets its input, and what it prints and its exit code come back', async () => {
    const code = 'process.stdin.on("data", text => process.stdout.write(`got ${text}`)); process.exitCode = 3'
    expect(await programs.run(process.execPath, ['-e', code], { input: 'a secret', signal })).toEqual({
      code: 3,
      output: 'got a secret',
    })
  })

  test('that is not installed is undefined', async () => {
    expect(await programs.run('once-no-such-program', [], { input: 'x', signal })).toBeUndefined()
  })

  test('ends with the interrupt of a command', async () => {
    const interrupt = new AbortController()
    const running = programs.run(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], {
      input: '',
      signal: interrupt.signal,
    })
    interrupt.abort()
    await expect(running).rejects.toThrow('aborted')
  })
})

describe.skipIf(missing.curl !== undefined)('once prove asks curl itself', () => {
  /** Asks with a site that redirects a link to a file, which arrives with the header only. */
  async function answerAt(fileStatus: (header: string | undefined) => number) {
    const { origin } = await serveHere((request, response) => {
      if (request.url === '/d/link') return void response.writeHead(302, { location: '/file' }).end()
      const header = request.headers['once-client']
      response.writeHead(fileStatus(typeof header === 'string' ? header : undefined)).end('bytes of the file')
    })
    const { context } = contextIn()
    const links = { ...context.links, issue: async () => `${origin}/d/link` }
    return clientHeaderOfCurl.answer({ ...context, links, ports: { ...context.ports, programs } })
  }

  test('and reads yes where its header arrives with the file', async () => {
    const answer = await answerAt(header => (/^[\w-]{43}$/.test(header ?? '') ? 200 : 403))
    expect(answer).toMatchObject({ kind: 'yes' })
  })

  test('and reads no, with the status, where it does not', async () => {
    expect(await answerAt(() => 403)).toMatchObject({ kind: 'no', found: 'curl got 403 1 (status, redirects)' })
  })
})

test('a request keeps to the version of IP that it asks for', async () => {
  const { origin } = await serveHere((_, response) => void response.end('here'))
  const url = origin.replace('127.0.0.1', 'localhost')
  const get = (family: 4 | 6) => http.fetch(url, { signal, family })
  const found = await get(4)
  expect({ status: found.status, text: await found.text() }).toEqual({ status: 200, text: 'here' })
  await expect(get(6)).rejects.toThrow(/ECONNREFUSED|ENOTFOUND|EADDRNOTAVAIL|ENETUNREACH|EAI/)
})
