import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { localSecret } from '../../../emulator/local-secret.ts'
import { makePrivateFolder } from '../../../emulator/private-files.ts'
import { localAuthorization } from '../../../shared/local/token.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777

describe.skipIf(process.platform === 'win32')('what an emulator keeps', () => {
  test('is in a folder that only its user may enter, with a key file that only they may read', async () => {
    const data = join(temporaryFolder(), 'state')
    mkdirSync(data)
    chmodSync(data, 0o777)
    await emulatorHere({ bucket: temporaryFolder(), data })
    expect(modeOf(data)).toBe(0o700)
    expect(modeOf(join(data, 'secret.json'))).toBe(0o600)
  })

  test.each([0o640, 0o620])('is not used if others could read or write the keys: %o', mode => {
    const data = temporaryFolder()
    const { text } = localSecret(data)
    expect(localSecret(data).text).toBe(text)
    chmodSync(join(data, 'secret.json'), mode)
    expect(() => localSecret(data)).toThrow(/^other users may read .*secret\.json: remove it, or chmod 600/)
  })

  test('is not used if it belongs to another user', () => {
    const folder = process.getuid?.() === 0 ? temporaryFolder() : '/usr'
    if (folder !== '/usr') chownSync(folder, 65_534, 65_534)
    expect(() => makePrivateFolder(folder)).toThrow(`${folder} belongs to another user`)
  })
})

test.each(['', 'authorization: Bearer short\n', `cookie: ${'A'.repeat(43)}\n`])(
  'the token of a private emulator is not read from a file with other content: %j',
  content => {
    expect(localAuthorization(content)).toBeUndefined()
  },
)
