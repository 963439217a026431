import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '../../../client/client.ts'
import { startEmulator } from '../../../emulator/emulator.ts'
import type { ScanOptions } from '../../../emulator/s3/scanner.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

/** Issues a link where nothing is scanned, and opens it where files are, with the same data; returns status and text. */
async function openedUnder(scan: ScanOptions) {
  const [bucket, data] = [temporaryFolder(), temporaryFolder()]
  writeFileSync(join(bucket, 'new.txt'), 'what it says')
  const options = { port: 0, regions: ['us-east-1'], bucket, data, log: () => undefined } as const
  const before = await startEmulator(options)
  const client = createClient({ origin: before.api })
  const links = [await client.issue({ key: 'new.txt' }), await client.issue({ key: 'new.txt' })]
  await before.close()
  await using stack = new AsyncDisposableStack()
  const after = stack.adopt(await startEmulator({ ...options, scan }), emulator => emulator.close())
  const [path = '', other = ''] = links.map(({ url }) => new URL(url).pathname)
  const delivered = await fetch(`${after.edges['us-east-1']}${path}`)
  const nonce = other.slice('/d/'.length)
  const exchanged = await createClient({ origin: after.api }).exchange(nonce)
  const presigned = await fetch(exchanged.url)
  return [delivered.status, (await delivered.text()).includes('what it says'), presigned.status]
}

test('a file whose scan has no right result is not delivered, neither by an edge nor by the exchange', async () => {
  expect(await openedUnder({ afterMs: Infinity })).toEqual([403, false, 403])
  expect(await openedUnder({ afterMs: 0, result: 'THREATS_FOUND' })).toEqual([403, false, 403])
  expect(await openedUnder({ afterMs: 0 })).toEqual([200, true, 200])
})
