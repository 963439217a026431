import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'

const portOf = (url: string) => Number(new URL(url).port)

test('an emulator listens on 127.0.0.1 alone', async () => {
  const { api, edges, s3 } = await emulatorHere({ bucket: temporaryFolder() })
  for (const url of [api, ...Object.values(edges), s3])
    await expect(once(connect(portOf(url), '127.0.0.2'), 'connect')).rejects.toThrow('ECONNREFUSED')
})

test('if its port is in use, the error names the port', async () => {
  const port = portOf((await emulatorHere({ bucket: temporaryFolder() })).api)
  await expect(emulatorHere({ bucket: temporaryFolder(), port })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is unavailable`,
  )
})

test('its page loads its own files and nothing inline, no other page frames it, and programs get the guide', async () => {
  const { api } = await emulatorHere({ bucket: temporaryFolder() })
  const { headers, body } = await ask(`${api}/`, { headers: { Accept: 'text/html,*/*' } })
  const policy = String(headers['content-security-policy'])
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'/)
  expect(policy).not.toContain('unsafe')
  expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! type="module" src="\/console\/page-\w+\.js">)/)
  for (const [, path = ''] of body.matchAll(/(?:src|href)="(\/[^"]+)"/g))
    expect((await ask(api + path)).status, path).toBe(200)
  expect((await ask(`${api}/`)).body).toContain(`npm run -s once -- issue --local=${api} report.pdf\n`)
})
