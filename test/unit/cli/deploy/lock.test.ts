import { describe, expect, test } from 'vitest'
import { deployStacks } from '../../../../cli/deployment/deploy/deploy-stacks.ts'
import { takeLock } from '../../../../cli/deployment/deploy/lock.ts'
import { StoppedError } from '../../../../cli/deployment/deploy/stopped.ts'
import type { DeployLock, DeployLocks } from '../../../../cli/ports/aws-deploy.ts'
import { parseSettings } from '../../../../infra/settings/parse-settings.ts'
import type { EpochMs } from '../../../../shared/time.ts'

const settings = parseSettings({ homeRegions: ['us-east-1'] })
const now = Date.UTC(2026, 10, 24, 12) as EpochMs
const taken = { kind: 'taken', lost: new AbortController().signal, release: async () => undefined } as const

/** Takes the lock as process 8 of ann@laptop, on which process 7 runs or not; resolves to what it took, what it replaced and printed. */
async function takes(lock: Partial<DeployLock> | undefined, { runs = true, isFaster = false, refuses = false } = {}) {
  const held = {
    by: 'arn:aws:iam::1:user/ann',
    host: 'ann@laptop',
    pid: 7,
    since: now,
    until: (now + 1) as EpochMs,
    ...lock,
  }
  const [replaced, printed]: [string[], string[]] = [[], []]
  const take: DeployLocks['take'] = async (_, __, replaces) => {
    if (refuses) return { kind: 'refused', why: 'not authorized' }
    if (lock === undefined || (replaces === 'v1' && !isFaster)) return (replaced.push(replaces ?? 'nothing'), taken)
    return { kind: 'held', lock: held, version: 'v1' }
  }
  const ports = {
    aws: { deployLocks: { take } },
    machine: { host: 'ann@laptop' },
    processes: { pid: 8, isRunning: () => runs },
    clock: { now: () => now },
  }
  const steps = { print: (line: string) => void printed.push(line) }
  const result = await takeLock({ settings, steps, ports } as unknown as Parameters<typeof takeLock>[0]).catch(
    (error: unknown) => (error instanceof StoppedError ? error.message : error),
  )
  return { result, replaced, printed }
}

describe('the lock of a deployment', () => {
  test('is taken if there is none', async () => {
    expect(await takes(undefined)).toEqual({ result: taken, replaced: ['nothing'], printed: [] })
  })

  test.each([
    ['on this machine, whose process runs', {}, {}],
    ['of another machine, until it ends', { host: 'bob@desk' }, { runs: false }],
    ['that has ended, if another process took it over first', { until: now }, { isFaster: true }],
  ])('stops this process, if it is one %s', async (_, lock, options) => {
    const { result, replaced } = await takes(lock, options)
    expect(result).toMatch(
      /^arn:aws:iam::1:user\/ann deploys once since 12:00:00 UTC, on (ann@laptop|bob@desk) \(process 7\)$/,
    )
    expect(replaced).toEqual([])
  })

  test.each([
    ['has ended', { host: 'bob@desk', until: now }, {}],
    ['is of a process of this machine that was killed', {}, { runs: false }],
  ])('is taken over at once if it %s', async (_, lock, options) => {
    expect(await takes(lock, options)).toMatchObject({ result: taken, replaced: ['v1'] })
  })

  test('is no condition: if AWS keeps none, the deployment goes on, and says so', async () => {
    const { result, printed } = await takes(undefined, { refuses: true })
    expect(result).toMatchObject({ lost: { aborted: false } })
    expect(printed).toEqual([
      expect.stringMatching(/^remark: AWS keeps no lock of this deployment: not authorized -> /),
    ])
  })
})

test.each([
  ['UPDATE_COMPLETE', /^nothing was undone: it is UPDATE_COMPLETE; solve/],
  ['UPDATE_ROLLBACK_COMPLETE', /^CloudFormation has undone the last update; solve/],
])('of an update that failed, it says what became of the stack: %s', async (status, todo) => {
  const template = '{"Resources":{},"Description":"new"}'
  const stack = { name: 'once-us-east-1', region: 'us-east-1', template, bootstrap: undefined } as const
  const stacks = { describe: async () => ({ ...stack, status }), template: async () => '{"Resources":{}}' }
  const ports = { aws: { stacks }, cdk: { deploy: async () => ({ kind: 'failed' }) }, info: () => undefined }
  const scope = {
    ports,
    steps: { begin: () => () => undefined },
    signal: new AbortController().signal,
    revertDrift: false,
  }
  const deployed = deployStacks({ folder: '', stacks: [stack] }, scope as unknown as Parameters<typeof deployStacks>[1])
  await expect(deployed).rejects.toMatchObject({
    message: 'once-us-east-1 in us-east-1 failed',
    todo: expect.stringMatching(todo) as string,
  })
})
