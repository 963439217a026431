import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disk } from '../../../cli/adapters/disk.ts'
import { emulator } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'

/** Issues a link at an emulator; returns it with its passphrase, and a function that redeems it with what a file has. */
async function issued(...options: readonly string[]) {
  const { once, show, folder } = await emulator()
  const outcome = await once('issue', '--plain', '-k', 'report.txt', ...options)
  const [url = '', passphrase] = outcome.said.split('\npassphrase: ')
  const id = /: ([\w-]{22}), expires/.exec(outcome.noted)?.[1] ?? ''
  const saved = join(folder, 'saved.txt')
  const redeem = (text: string, mode = 0o600) => {
    const file = join(folder, 'passphrase.txt')
    writeFileSync(file, text, { mode })
    return onceHere(['redeem', url, '-o', saved, '--passphrase-file', file])
  }
  return { outcome, url, passphrase, saved, redeem, state: async () => show(id) }
}

describe('once issue', () => {
  test('--passphrase prints the one that the API made after its link, and nowhere else', async () => {
    const { outcome, passphrase, redeem, saved, state } = await issued('--passphrase')
    expect(outcome.said).toMatch(/^http:\S+\/d\/[\w-]{43}\npassphrase: \d{4}-\d{4}-\d{4}$/)
    expect(outcome.noted).not.toContain(passphrase)
    expect(await redeem(`${passphrase}\n`)).toMatchObject({ code: 0, said: saved })
    expect(readFileSync(saved, 'utf8')).toBe('what it says')
    expect(await state()).toMatchObject({ state: 'used', passphrase: { tries: 1, maxTries: 5 } })
  })

  test('--passphrase=TEXT is repeated nowhere; case, spaces and hyphens do not count', async () => {
    const { outcome, redeem } = await issued('--passphrase=Großes Öl-Fass', '--max-tries=2')
    expect(outcome.said).toMatch(/^http:\S+\/d\/[\w-]{43}$/)
    expect(outcome.noted).not.toMatch(/Fass/i)
    expect(await redeem('grosses öl fass')).toMatchObject({ code: 3 })
    expect(await redeem('GROßES ÖLFASS')).toMatchObject({ code: 0 })
  })

  test('one that is too short is refused by its option, and not repeated', async () => {
    const { outcome } = await issued('--passphrase=a b-c')
    expect(outcome).toMatchObject({ code: 3, said: '' })
    expect(outcome.noted).toMatch(/--passphrase: .*allowed: .*6 to 128 characters/)
    expect(outcome.noted).not.toContain('a b-c')
  })

  test('one after a space looks like a file, and is not repeated', async () => {
    const { once } = await emulator()
    const { code, noted } = await once('issue', '--plain', '--passphrase', 'secret123', 'report.txt')
    expect({ code, noted }).toEqual({ code: 2, noted: expect.stringMatching(/^--passphrase: got a word after it/) })
    expect(noted).not.toContain('secret123')
  })

  test('--notify names an endpoint of the deployment only', async () => {
    const { outcome } = await issued('--notify', 'orders')
    expect(outcome).toMatchObject({ code: 3, said: '', noted: expect.stringContaining('--notify: got "orders"') })
  })
})

describe('once redeem', () => {
  test('without a passphrase is refused, and takes no try', async () => {
    const { url, saved, state } = await issued('--passphrase')
    const outcome = await onceHere(['redeem', url, '-o', saved])
    expect(outcome).toMatchObject({
      code: 3,
      said: '',
      noted: expect.stringContaining('Give it with --passphrase-file'),
    })
    expect(await state()).toMatchObject({ state: 'live', passphrase: { tries: 0 } })
  })

  test('reads it from standard input, which a link can not come from at the same time', async () => {
    const { url, saved, passphrase = '' } = await issued('--passphrase')
    const piped = { disk: { ...disk, standardInput: async () => `${passphrase}\r\n` } }
    const args = ['-o', saved, '--passphrase-file', '-']
    const both = await onceHere(['redeem', '-', ...args], { disk: { ...disk, standardInput: async () => url } })
    expect(both).toMatchObject({ code: 2, noted: expect.stringContaining('one of them from standard input') })
    expect(await onceHere(['redeem', url, ...args], piped)).toMatchObject({ code: 0, said: saved })
  })

  test.each([
    ['that others may read', 'correct horse\n', 0o644],
    ['with two lines', 'correct horse\nbattery\n', 0o600],
    ['that is empty', '\n', 0o600],
  ])('a file %s is refused before the link is touched, and its text not repeated', async (_, text, mode) => {
    const { redeem, state } = await issued('--passphrase=correct horse')
    const outcome = await redeem(text, mode)
    expect(outcome).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringContaining('a file that only you may read'),
    })
    expect(outcome.noted).not.toContain('horse')
    expect(await state()).toMatchObject({ state: 'live', passphrase: { tries: 0 } })
  })
})
