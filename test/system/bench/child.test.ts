import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startChild, whenEnded } from '../../../bench/child.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** Starts a process with this source; it ends with the test. */
async function started(source: string) {
  const file = join(temporaryFolder(), 'child.mjs')
  writeFileSync(file, source)
  const child = await startChild<object, unknown>(file, { env: {}, stderr: 'pipe' })
  onTestFinished(() => child.close())
  return child
}

const ready = `process.send('ready');`
const echo = `${ready} process.on('message', question => process.send(question))`

describe('if a process ends, what awaits it fails at once, with its output:', { timeout: 20_000 }, () => {
  test('while it starts', async () => {
    await expect(started(`console.error('no such bundle'); process.exit(3)`)).rejects.toThrow(
      /child\.mjs ended with 3: no such bundle/,
    )
  })

  test('during a question, because of an uncaught error', async () => {
    const child = await started(`${ready} process.on('message', () => Promise.reject(new Error('read ECONNRESET')))`)
    await expect(child.ask({})).rejects.toThrow(/child\.mjs ended with 1: [^]*read ECONNRESET/)
  })

  test('during a question, because of a signal', async () => {
    const child = await started(`${ready} process.on('message', () => process.kill(process.pid, 'SIGKILL'))`)
    await expect(child.ask({})).rejects.toThrow(/child\.mjs ended with SIGKILL$/)
  })

  test('before a question', async () => {
    const child = await started(`${echo}; process.on('message', () => process.exit(4))`)
    expect(await child.ask({ number: 1 })).toEqual({ number: 1 })
    await expect(child.ask({ number: 2 })).rejects.toThrow('ended with 4')
    await expect(child.ask({ number: 3 })).rejects.toThrow('ended with 4')
  })

  test('because the program does not exist', async () => {
    await expect(whenEnded(spawn('/no/such/program'), 'the program')).rejects.toThrow('ENOENT')
  })
})

test('a process answers one question after the other', async () => {
  const child = await started(echo)
  for (const number of [1, 2, 3]) expect(await child.ask({ number })).toEqual({ number })
})
