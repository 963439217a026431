import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { missingPython } from '../../support/python.ts'

/** Starts MiniStack with a function that has a process of its own, and prints its folder. */
const program = `
import { readFileSync, writeFileSync } from 'node:fs'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { account, startMiniStack } from './test/support/ministack/ministack.ts'
import { runPython } from './test/support/python.ts'
const { env, folder } = await startMiniStack()
Object.assign(process.env, env)
writeFileSync(folder + '/index.js', 'exports.handler = async () => {}')
runPython(['-m', 'zipfile', '-c', folder + '/code.zip', folder + '/index.js'], 60)
const Code = { ZipFile: readFileSync(folder + '/code.zip') }
const Role = 'arn:aws:iam::' + account + ':role/any'
const lambda = new LambdaClient({ maxAttempts: 1 })
const FunctionName = 'any'
await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code }))
await lambda.send(new InvokeCommand({ FunctionName }))
console.log(folder)
setInterval(() => undefined, 1000)`

/** Returns the ids of processes whose working directory is a folder or below it. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter(id => {
    try {
      return /^\d+$/.test(id) && readlinkSync(`/proc/${id}/cwd`).startsWith(folder)
    } catch {
      return false // it has ended, or is of another user
    }
  })
}

/** Resolves to the first line of a process. Rejects with what it printed if it ends without one. */
async function firstLine({ stdout, stderr }: ChildProcess): Promise<string> {
  const errors = stderr === null ? '' : text(stderr)
  for await (const chunk of stdout ?? []) return String(chunk).trim()
  throw new Error(await errors)
}

let starter: ChildProcess | undefined
afterEach(() => void starter?.kill('SIGKILL'))

test.skipIf(missingPython !== undefined || process.platform !== 'linux')(
  'MiniStack, its functions and its folder go with the process that started it, also if that is killed',
  async () => {
    starter = spawn(process.execPath, ['--input-type=module', '-e', program])
    const folder = await firstLine(starter)
    expect(processesIn(folder).length).toBeGreaterThanOrEqual(3)
    starter.kill('SIGKILL')
    await vi.waitFor(() => expect([processesIn(folder), existsSync(folder)]).toEqual([[], false]), {
      timeout: 10_000,
      interval: 50,
    })
  },
)
