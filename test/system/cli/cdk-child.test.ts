import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { cdk } from '../../../cli/adapters/cdk.ts'
import { bootstrap } from '../../support/cli/control-plane/cloudformation/bootstrap.ts'
import { emptyAccount } from '../../support/cli/control-plane/account.ts'
import { serveAccount } from '../../support/cli/control-plane/server.ts'

const account = emptyAccount()
bootstrap(account, 'us-east-1')
const server = await serveAccount(account)
const folder = mkdtempSync(join(tmpdir(), 'once-cdk-child-'))
for (const [name, value] of Object.entries({
  AWS_ENDPOINT_URL: server.endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_HOME: folder,
})) {
  vi.stubEnv(name, value)
}

afterAll(async () => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

const never = () => new AbortController().signal
const commandLine = cdk(join(folder, 'assembly'))
const starter = { context: ['profile=starter'], protectedStacks: [], signal: never() }

test('the CDK keeps protection, goes on after a failure, and says what it did', async () => {
  const { stacks, folder: app } = await commandLine.synth({ ...starter, protectedStacks: ['once-us-east-1'] })
  expect(stacks).toMatchObject([{ name: 'once-us-east-1', region: 'us-east-1', bootstrap: 6 }])
  expect(readFileSync(join(app, 'manifest.json'), 'utf8')).toContain('"terminationProtection": true')

  const [stack] = stacks
  if (stack === undefined) return
  const lines: string[] = []
  const options = { folder: app, rollback: false, revertDrift: false, signal: never() }
  const deploy = () => commandLine.deploy(stack, { ...options, onLine: line => lines.push(line) })
  account.denies = request => request.startsWith('cloudformation ExecuteChangeSet')
  expect(await deploy()).toEqual({ kind: 'failed' })
  expect(lines.join('\n')).toContain('not authorized to perform cloudformation ExecuteChangeSet')
  account.denies = () => false
  expect(await deploy()).toEqual({ kind: 'deployed' })
  expect(account.stacks.find(({ name }) => name === stack.name)).toMatchObject({ terminationProtection: true })
}, 240_000)

test('an invalid setting is reported in the words of the settings', async () => {
  const synth = commandLine.synth({ ...starter, context: ['profile=starter', 'mode=weak'] })
  await expect(synth).rejects.toThrow('mode: got "weak", allowed: "home" or "strong"')
}, 120_000)
