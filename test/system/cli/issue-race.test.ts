import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { onceHere } from '../../support/cli/once-here.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask, locationOf } from '../../support/machine/http.ts'

/** Commands at once, in one process: processes would start one after the other, a second of a processor each. */
/** As many uploads as a caller may have open. */
const commands = 20

/** Runs `once issue same-name` so many times at once, each with its own bytes; returns how each ended. */
async function issueAtOnce(...options: readonly string[]) {
  const { api } = await emulatorHere({ bucket: temporaryFolder() })
  const folder = temporaryFolder()
  const run = async (number: number) => {
    const file = join(folder, String(number), 'same-name')
    mkdirSync(join(folder, String(number)))
    writeFileSync(file, `the bytes of ${number}`)
    return { number, ...(await onceHere(['issue', '--plain', file, '--local', api, ...options])) }
  }
  return Promise.all(Array.from({ length: commands }, async (_, number) => run(number)))
}

type Issued = Awaited<ReturnType<typeof issueAtOnce>>[number]

async function expectOwnBytes(issued: readonly Issued[]): Promise<void> {
  for (const { number, code, said, noted } of issued) {
    expect({ code, noted }).toMatchObject({ code: 0 })
    const file = await ask(locationOf(await ask(said), said))
    expect(file.body).toBe(`the bytes of ${number}`)
  }
}

describe(`${commands} commands that upload files of one name at once`, () => {
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
    expect(refused).toHaveLength(commands - 1)
    for (const { said, noted } of refused) {
      expect(said).toBe('')
      expect(noted).toMatch(/^The object exists already\nUse a key that has no object, or add --replace/)
    }
  })
})
