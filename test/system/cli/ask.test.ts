import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { emulatorProcess } from '../../support/emulator/emulator-process.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, issueAt } from '../../support/machine/http.ts'
import { missingPython, runPython } from '../../support/machine/python.ts'

const adapter = pathToFileURL(join(import.meta.dirname, '../../../cli/adapters/process.ts')).href
const program = `
  import { interrupts, screen } from ${JSON.stringify(adapter)}
  const signals = interrupts()
  const signal = signals.abortOnInterrupt()
  const answer = await screen().ask('Yes?').catch(() => 'none')
  console.log('answer ' + answer + ', interrupted ' + signal.aborted)
  signals.reraise()`

/** Runs Node.js in a terminal, where a line of `typed` answers each question; returns what is shown, and the exit code. */
function inTerminal(typed: string, args: readonly string[]): string {
  return runPython([join(import.meta.dirname, 'in-terminal.py'), typed, process.execPath, ...args], 30)
}

const asked = (typed: string) => inTerminal(typed, ['--input-type=module', '--eval', program])

/** Redeems a link with a passphrase in a terminal; returns what is shown, the file, and the state of the link. */
async function redeemed(typed: string, fields: object = {}) {
  const { api } = await emulatorProcess([])
  const { id, url } = await issueAt(api, { key: 'hello.txt', passphrase: 'correct horse', ...fields })
  const saved = join(temporaryFolder(), 'saved.txt')
  const shown = inTerminal(typed, [join(import.meta.dirname, '../../../cli/main.ts'), 'redeem', url, '-o', saved])
  const { state } = JSON.parse((await ask(`${api}/links/${id}`)).body) as { state: string }
  return { shown, saved, state }
}

describe.skipIf(missingPython !== undefined)('a question in a terminal', () => {
  test('is answered by a line', () => {
    expect(asked('fine\r')).toMatch(/answer fine, interrupted false\s+0\s*$/)
  })

  test('is interrupted by Ctrl-C, as all else of a command is: what it made is deleted', () => {
    expect(asked('\u0003')).toMatch(/answer none, interrupted true\s+-2\s*$/)
  })

  test('is given up by Ctrl-D', () => {
    expect(asked('\u0004')).toMatch(/answer none, interrupted false\s+0\s*$/)
  })
})

describe.skipIf(missingPython !== undefined)('once redeem in a terminal asks for a passphrase', () => {
  test('until it is right, and shows none that is typed', async () => {
    const { shown, saved } = await redeemed('short\rwrong horse\rcorrect horse\r', { receipt: true })
    expect(shown).toMatch(/^The passphrase of this link\? \s+It has 6 to 128 characters\. The passphrase\? \s+/)
    expect(shown).toMatch(/It is wrong, tries left: 4\. The passphrase\? [^?]*saved\.txt\s+81 bytes\s+0\s*$/)
    expect(shown).not.toMatch(/horse|short/)
    expect(readFileSync(saved, 'utf8')).toContain('Hello')
  })

  test('until no try is left', async () => {
    const { shown } = await redeemed('wrong horse\rwrong again\r', { maxTries: 2 })
    expect(shown).toMatch(/tries left: 1\. The passphrase\? \s+This link is locked[^?]* 3\s*$/)
  })

  test('and Ctrl-C leaves the link and no file', async () => {
    const { shown, state, saved } = await redeemed('\u0003')
    expect(shown).toMatch(
      /This link asks for a passphrase\s[^?]*The link was not used[^?]*--passphrase-file[^?]* -2\s*$/,
    )
    expect(state).toBe('live')
    expect(() => readFileSync(saved)).toThrow('ENOENT')
  })
})
