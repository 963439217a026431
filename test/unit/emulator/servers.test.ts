import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'

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
