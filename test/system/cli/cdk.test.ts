import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { cdk, readAssembly } from '../../../cli/adapters/cdk.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { serveHere } from '../../support/machine/serve.ts'

const program = readFileSync(join(import.meta.dirname, '../../../node_modules/aws-cdk/lib/index.js'), 'utf8')

/** Deploys a stack with a CDK that prints these lines; returns the result, what it was asked for, and what was passed on. */
async function deploy(lines: readonly string[], { code = 1, rollback = true, revertDrift = false } = {}) {
  const [asked, passed]: [string[], string[]] = [[], []]
  const { deploy: run } = cdk('none', async (args, { onLine }) => {
    asked.push(...args)
    for (const line of lines) onLine(line)
    return code
  })
  const options = { folder: 'app', signal: new AbortController().signal, onLine: (line: string) => passed.push(line) }
  const stack = { name: 'once-us-east-1', region: 'us-east-1', template: '{}', bootstrap: 6 } as const
  const { kind } = await run(stack, { ...options, rollback, revertDrift })
  return { kind, asked, passed }
}

test('that a stack must be rolled back first is seen from each sentence in which the CDK says so', async () => {
  const sentences = program.match(/(?:Stack is in a paused fail state|Change includes a replacement)[^`"]*/g) ?? []
  expect(new Set(sentences).size).toBe(3)
  for (const sentence of sentences) expect((await deploy([sentence])).kind, sentence).toBe('rollback-first')
  expect((await deploy(['AccessDenied'])).kind).toBe('failed')
})

test('lines about files that it uploads are left out', async () => {
  const lines = ['once: start: Publishing a.zip', 'once: success: Published a.zip', 'CREATE_COMPLETE']
  expect(await deploy(lines, { code: 0 })).toMatchObject({ kind: 'deployed', passed: ['CREATE_COMPLETE'] })
})

test('a creation that fails is kept, and drift is reverted, only if that is asked for', async () => {
  const [no, both] = [await deploy([]), await deploy([], { rollback: false, revertDrift: true })]
  expect(no.asked.slice(0, 2)).toEqual(['deploy', 'once-us-east-1'])
  expect(both.asked.filter(each => !no.asked.includes(each))).toEqual(['--no-rollback', '--revert-drift'])
})

test('it is a process of its own, which an interrupt ends', async () => {
  const interrupt = new AbortController()
  const aws = await serveHere(() => interrupt.abort(new Error('interrupted')))
  const folder = temporaryFolder()
  const env = { AWS_ENDPOINT_URL: aws.origin, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', CDK_HOME: folder }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const app = new App({ outdir: join(folder, 'app') })
  const { stackName } = new Stack(app, 'once', { env: { account: '111122223333', region: 'us-east-1' } })
  const { stacks } = await readAssembly(app.synth().directory, [])
  expect(stacks.map(({ name }) => name)).toEqual([stackName])
  const options = { folder: app.outdir, rollback: false, revertDrift: false, onLine: () => undefined }
  const run = cdk(folder).deploy(stacks[0]!, { ...options, signal: interrupt.signal })
  await expect(run).rejects.toThrow('interrupted')
})
