import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startChild, whenEnded } from '../../../bench/child.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** A process of this source; ended with the test. */
async function started(source: string) {
  const file = join(temporaryFolder(), 'child.mjs')
  writeFileSync(file, source)
  const child = await startChild<object, unknown>(file, { env: {}, stderr: 'pipe' })
  onTestFinished(() => child.close())
  return child
}

const ready = `process.send('ready');`
const echo = `${ready} process.on('message', question => process.send(question))`

describe('a process that ends fails what waits for it at once, with what it said', { timeout: 20_000 }, () => {
  test('while it starts', async () => {
    await expect(started(`console.error('no such bundle'); process.exit(3)`)).rejects.toThrow(
      /child\.mjs ended with 3: no such bundle/,
    )
  })

  test('while it is asked, of an error that nothing caught', async () => {
    const child = await started(`${ready} process.on('message', () => Promise.reject(new Error('read ECONNRESET')))`)
    await expect(child.ask({})).rejects.toThrow(/child\.mjs ended with 1: [^]*read ECONNRESET/)
  })

  test('while it is asked, of a signal', async () => {
    const child = await started(`${ready} process.on('message', () => process.kill(process.pid, 'SIGKILL'))`)
    await expect(child.ask({})).rejects.toThrow(/child\.mjs ended with SIGKILL$/)
  })

  test('before it is asked', async () => {
    const child = await started(`${echo}; process.on('message', () => process.exit(4))`)
    expect(await child.ask({ number: 1 })).toEqual({ number: 1 })
    await expect(child.ask({ number: 2 })).rejects.toThrow('ended with 4')
    await expect(child.ask({ number: 3 })).rejects.toThrow('ended with 4')
  })

  test('because there is no such program', async () => {
    await expect(whenEnded(spawn('/no/such/program'), 'the program')).rejects.toThrow('ENOENT')
  })
})

test('a process is asked one question after the other', async () => {
  const child = await started(echo)
  for (const number of [1, 2, 3]) expect(await child.ask({ number })).toEqual({ number })
})
