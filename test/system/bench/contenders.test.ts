import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../../bench/child.ts'
import { bundleBaseline, bundleEmpty, bundleShipped } from '../../../bench/contenders.ts'
import { browserEvent } from '../../../bench/event.ts'
import { mintNonces } from '../../../bench/nonces.ts'
import { startStore } from '../../../bench/store/store.ts'
import { environmentOf } from '../../../bench/workbench.ts'
import { makeCertificate } from '../../../emulator/certificate.ts'
import { localSecret } from '../../../emulator/local-secret.ts'
import { parseKeys } from '../../../shared/keys.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** Invokes the handler of the bundle on the command line, once for each message. */
const runtime = `
const { handler } = await import(process.argv[2])
process.on('message', event => handler(event).then(response => process.send(response)))
process.send('ready')
`

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const file = 'releases/2026/11/handbook-of-the-edge-en.pdf'

test.skipIf(!hasOpenssl).each([
  {
    name: 'shipped',
    bundle: bundleShipped,
    location: `"/${file}?response-content-disposition=`,
    calls: { GetSecretValue: 1, DeleteItem: 1 },
  },
  {
    name: 'baseline',
    bundle: bundleBaseline,
    location: `https://files.example.com/${file}?Policy=`,
    calls: { DeleteItem: 1 },
  },
  { name: 'empty', bundle: bundleEmpty, location: 'always-the-same', calls: {} },
])(
  `the contender $name leads to the file${hasOpenssl ? '' : ': openssl is not on the PATH'}`,
  { timeout: 60_000 },
  async ({ bundle, location, calls }) => {
    const folder = temporaryFolder()
    const secret = localSecret().text
    const store = await startStore(makeCertificate(folder), secret)
    onTestFinished(() => store.close())
    const contender = await bundle(join(folder, 'bundle'))
    writeFileSync(join(folder, 'runtime.mjs'), runtime)
    const child = await startChild<object, unknown>(join(folder, 'runtime.mjs'), {
      args: [contender.file],
      env: environmentOf(store, folder),
      stderr: 'pipe',
    })
    onTestFinished(() => child.close())
    const [nonce = ''] = mintNonces(1, parseKeys(secret).mac)
    const response = await child.ask(browserEvent(nonce), 20_000)
    expect(response).toMatchObject({ status: '302' })
    expect(JSON.stringify(response)).toContain(location)
    expect(await store.calls()).toEqual(calls)
  },
)
