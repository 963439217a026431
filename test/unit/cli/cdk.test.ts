import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cdk } from '../../../cli/adapters/cdk.ts'

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
