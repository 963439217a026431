import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LinkView } from '../../../client/client.ts'
import { emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'

const accept = { accept: 'text/html' }

/** Returns the page of a link that requires a confirmation, and that of a file which does not exist. */
async function pagesOf(api: string, edge: string) {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ key: 'hello.txt', confirm: true })
  const { url } = JSON.parse((await ask(`${api}/links`, { method: 'POST', headers, body })).body) as { url: string }
  return [(await ask(url, { headers: accept })).body, (await ask(`${edge}/nothing`, { headers: accept })).body]
}

/** Node.js's options that let a process read these settings in place of infra/deployment.ts. */
function withSettings(text: string) {
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => url.endsWith('/infra/deployment.ts')
      ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(text)} } : next(url, context) })`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` }
}

test('npm start shows the brand of the settings; its banner precedes the log, and its link has a name', async () => {
  const settings = "export const deployment = { brand: { name: 'Clinic of the settings', colour: '#0a5f8c' } }"
  const { api, edges, output } = await emulatorProcess([], withSettings(settings))
  expect(output()).toMatch(/^\n {2}once-at-edge runs on this machine/)
  for (const page of await pagesOf(api, Object.values(edges)[0] ?? '')) expect(page).toContain('Clinic of the settings')
  const { links } = JSON.parse((await ask(`${api}/links?reference=link+of+npm+start`)).body) as { links: LinkView[] }
  expect(links).toMatchObject([{ key: 'hello.txt', state: 'live' }])
  await expect.poll(output).toContain(`"linkId":"${links[0]?.id}"`)
})

test('npm start serves the exchange and prints the URL of S3', async () => {
  const { api, s3, output } = await emulatorProcess([])
  expect(output()).toContain(`  s3       ${s3}\n`)
  const nonce = (await issueAt(api, { key: 'hello.txt' })).url.slice(-43)
  const headers = { 'content-type': 'application/json' }
  const exchanged = await ask(`${api}/exchange`, { method: 'POST', headers, body: JSON.stringify({ nonce }) })
  const { url } = JSON.parse(exchanged.body) as { url: string }
  expect(url.startsWith(`${s3}/`)).toBe(true)
  expect((await ask(url)).status).toBe(200)
})

test('npm start -- --scan issues no link to a file before its scan has a result', async () => {
  const bucket = temporaryFolder()
  const file = join(bucket, 'new.txt')
  writeFileSync(file, 'x')
  const later = Date.now() / 1000 + 3600
  utimesSync(file, later, later)
  const { api, output } = await emulatorProcess(['--scan', '--bucket', bucket])
  expect(output()).toContain('\n  There is no link to new.txt yet, because of its scan: object-unchecked.\n')
  const sample = await emulatorProcess(['--scan'])
  expect(sample.output()).toMatch(/\n {2}This link to hello\.txt works once, at any edge:\n/)
  expect((JSON.parse((await ask(`${api}/links`)).body) as { links: LinkView[] }).links).toEqual([])
})

test('npm start -- --brand FILE shows that one', async () => {
  const file = join(temporaryFolder(), 'brand.json')
  writeFileSync(file, '{"name": "Clinic of the file", "colour": "#0a5f8c", "text": "Ask at the desk"}')
  const { api, edges } = await emulatorProcess(
    ['--brand', file],
    withSettings('export const deployment = { brand: 7 }'),
  )
  for (const page of await pagesOf(api, Object.values(edges)[0] ?? '')) {
    expect(page).toContain('Clinic of the file')
    expect(page).toContain('Ask at the desk')
  }
})

test('a brand in the settings that is invalid is refused by the name of its field', async () => {
  const settings = "export const deployment = { brand: { name: 'x', colour: 'red' } }"
  await expect(emulatorProcess([], withSettings(settings))).rejects.toThrow(
    'infra/deployment.ts: brand: colour: got "red", allowed: a colour such as #0a5f8c',
  )
})
