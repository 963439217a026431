import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { cdk } from '../../../cli/adapters/cdk.ts'
import type { AssembledStack, Assembly } from '../../../cli/ports/cdk.ts'
import { emptyAccount, type Stack } from '../../support/cli/control-plane/account.ts'
import { bootstrap } from '../../support/cli/control-plane/cloudformation/bootstrap.ts'
import { serveAccount } from '../../support/cli/control-plane/server.ts'

// The other tests of this folder run the CDK in their own process. This one runs it as the command does, with the real bundles.

const folder = mkdtempSync(join(tmpdir(), 'once-assembly-'))
const program = cdk(join(folder, 'assembly'))
const account = emptyAccount()
bootstrap(account, 'us-east-1')
const server = await serveAccount(account)
let assembly: Assembly

beforeAll(async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('CDK_HOME', folder)
  const context = ['profile=starter', 'name=once']
  assembly = await program.synth({ context, protectedStacks: [], signal: new AbortController().signal })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const stackOf = (name: string) => account.stacks.findLast(each => each.name === name) as Stack

/** Deploys the only stack; `onLine` gets what the CDK prints. */
function deploy(signal: AbortSignal, onLine: (line: string) => void = () => undefined) {
  const options = { folder: assembly.folder, rollback: false, revertDrift: false, signal, onLine }
  return program.deploy(assembly.stacks[0] as AssembledStack, options)
}

test('a child process of the CDK fails, is interrupted, and goes on', async () => {
  const { signal } = new AbortController()
  account.faults.push({ logicalId: 'DataLinksTableDBD8EEA8', action: 'create', times: 1 })
  expect(await deploy(signal)).toEqual({ kind: 'failed' })
  expect(stackOf('once-us-east-1').status).toBe('CREATE_FAILED')

  // CloudFormation takes its time; the user doesn't.
  account.pace = 1000
  const interrupt = new AbortController()
  const interrupted = deploy(interrupt.signal, line => {
    if (line.includes('UPDATE_IN_PROGRESS')) interrupt.abort()
  })
  await expect(interrupted).rejects.toThrow('aborted')
  const stack = stackOf('once-us-east-1')
  expect(stack.status).toBe('UPDATE_IN_PROGRESS')

  // It ends when the next command looks.
  stack.describesLeft = 1
  account.pace = 0
  expect(await deploy(signal)).toEqual({ kind: 'deployed' })
  expect(stack.status).toBe('UPDATE_COMPLETE')
})
