import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeToken } from '../../../emulator/front/token.ts'
import { localSecret } from '../../../emulator/local-secret.ts'
import { makePrivateFolder, readPrivateFile } from '../../../emulator/private-files.ts'
import { localAuthorization, localTokenLine } from '../../../shared/local-token.ts'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777

describe.skipIf(process.platform === 'win32')('what an emulator keeps', () => {
  test('is in a folder that only its user may enter, with a key file that only they may read', async () => {
    const data = join(temporaryFolder(), 'a', 'state')
    await emulatorHere({ bucket: temporaryFolder(), data })
    expect(modeOf(data)).toBe(0o700)
    expect(modeOf(join(data, '..'))).toBe(0o700)
    expect(modeOf(join(data, 'secret.json'))).toBe(0o600)
  })

  test.each([0o755, 0o777, 0o710])('in a folder with the mode %o is closed to other users', mode => {
    const data = join(temporaryFolder(), 'state')
    mkdirSync(data)
    chmodSync(data, mode)
    makePrivateFolder(data)
    expect(modeOf(data)).toBe(0o700)
  })

  test.each([0o644, 0o640, 0o620, 0o666])('is not used if others could read or write the keys: %o', mode => {
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

  test('a new file is created once, for its user only', () => {
    const file = join(temporaryFolder(), 'key')
    expect(readPrivateFile(file, () => 'one')).toBe('one')
    expect(readPrivateFile(file, () => 'two')).toBe('one')
    expect(modeOf(file)).toBe(0o600)
  })
})

describe('the token of a private emulator', () => {
  test('is in a file below the home folder until it ends', async () => {
    const home = temporaryFolder()
    const { api, token, close } = await emulatorHere({ bucket: temporaryFolder(), privateTo: home })
    const file = join(home, '.once-at-edge', new URL(api).port)
    expect(token?.file).toBe(file)
    expect(localAuthorization(readFileSync(file, 'utf8'))).toBe(`Bearer ${token?.text}`)
    await close()
    expect(() => statSync(file)).toThrow('ENOENT')
  })

  test('is new with each start, and replaces that of an emulator that was killed', () => {
    const home = temporaryFolder()
    const killed = makeToken(home, 'http://127.0.0.1:8080')
    chmodSync(killed.file, 0o644)
    const { file, text } = makeToken(home, 'http://127.0.0.1:8080')
    expect(file).toBe(killed.file)
    expect(text).not.toBe(killed.text)
    expect(readFileSync(file, 'utf8')).toBe(localTokenLine(text))
    expect(modeOf(file)).toBe(0o600)
  })

  test.each([
    '',
    'authorization: Bearer short\n',
    `cookie: ${'A'.repeat(43)}\n`,
    `authorization: Bearer ${'A'.repeat(43)}`,
  ])('is not read from a file with other content: %j', content => {
    expect(localAuthorization(content)).toBeUndefined()
  })
})
