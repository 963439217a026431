import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { emulatorHere } from '../../support/emulator.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, locationOf } from '../../support/http.ts'

/** Processes at once. Each takes a second of a processor to start; 50 were run by hand (docs/promises.md). */
const processes = 12

const main = join(import.meta.dirname, '../../../cli/main.ts')

/** Runs `once issue same-name` in so many processes at once, each with its own bytes; returns how each ended. */
async function issueAtOnce(...options: readonly string[]) {
  const { api } = await emulatorHere({ bucket: temporaryFolder() })
  const folder = temporaryFolder()
  const run = async (number: number) => {
    const cwd = join(folder, String(number))
    mkdirSync(cwd)
    writeFileSync(join(cwd, 'same-name'), `the bytes of ${number}`)
    const args = [main, 'issue', 'same-name', '--local', api, ...options]
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [said, noted, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { number, code: code as number | null, link: said.trim(), noted }
  }
  return Promise.all(Array.from({ length: processes }, async (_, number) => run(number)))
}

type Issued = Awaited<ReturnType<typeof issueAtOnce>>[number]

async function expectOwnBytes(issued: readonly Issued[]): Promise<void> {
  for (const { number, code, link, noted } of issued) {
    expect({ code, noted }).toMatchObject({ code: 0 })
    const file = await ask(locationOf(await ask(link), link))
    expect(file.body).toBe(`the bytes of ${number}`)
  }
}

describe(`${processes} processes that upload files of one name at once`, () => {
  test('get links that each deliver their own bytes', async () => {
    await expectOwnBytes(await issueAtOnce())
  })

  test('also to one key with --replace', async () => {
    await expectOwnBytes(await issueAtOnce('--key', 'k', '--replace'))
  })

  test('to one key without --replace: one gets a link, and the others a clear refusal', async () => {
    const issued = await issueAtOnce('--key', 'k')
    await expectOwnBytes(issued.filter(({ code }) => code === 0))
    const refused = issued.filter(({ code }) => code === 3)
    expect(refused).toHaveLength(processes - 1)
    for (const { link, noted } of refused) {
      expect(link).toBe('')
      expect(noted).toMatch(
        /^The object exists already\n--key: got "k", allowed: a key that has no object, or --replace/,
      )
    }
  })
})
