import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { missingPython, runPython } from '../../support/python.ts'

const adapter = pathToFileURL(join(import.meta.dirname, '../../../cli/adapters/process.ts')).href
const program = `
  import { interrupts, screen } from ${JSON.stringify(adapter)}
  const signals = interrupts()
  const signal = signals.abortOnInterrupt()
  const answer = await screen().ask('Yes?').catch(() => 'none')
  console.log('answer ' + answer + ', interrupted ' + signal.aborted)
  signals.reraise()`

/** Asks in a terminal, where `typed` is typed; returns what is shown, and the exit code. */
function asked(typed: string): string {
  const node = [process.execPath, '--input-type=module', '--eval', program]
  return runPython([join(import.meta.dirname, 'in-terminal.py'), typed, ...node], 30)
}

describe.skipIf(missingPython !== undefined)('a question in a terminal', () => {
  test('is answered by a line', () => {
    expect(asked('fine\r')).toMatch(/answer fine, interrupted false\s+0\s*$/)
  })

  test('is interrupted by Ctrl-C, as all else of a command is: what it made is deleted', () => {
    expect(asked('\u0003')).toMatch(/answer none, interrupted true\s+-2\s*$/)
  })
})
