import { describe, expect, test } from 'vitest'
import { type Account, copyOf } from '../../support/cli/control-plane/account.ts'
import { once, preparedAccount } from './operator.ts'
import { stateOf } from './states.ts'

/** Settings that change much: functions, their logs, the distribution, alarms; and that add a bus, a dashboard and a firewall. */
const change = [
  'logRetentionDays=30',
  'edgeMemory=256',
  'requestsPerSecond=200',
  'rotationDays=60',
  'requestsPerAddress=500',
  'cacheSeconds=30',
  'ipv6=true',
  'events=true',
  'dashboard=true',
  'alarms=all',
  'firewall=own',
].flatMap(each => ['-c', each])

const before = preparedAccount('us-east-1', 'us-east-2')
const first = ['deploy', '--yes', '-c', 'profile=standard']
await once(before, first)
const after = copyOf(before)
const { said } = await once(after, [...first, ...change])

/** Returns what the update did to resources, in order. */
function stepsOf(updated: Account): readonly (readonly [string, string, 'create' | 'update'])[] {
  return updated.stacks.flatMap(({ name, events }) => {
    const known = before.stacks.find(stack => stack.name === name)?.events.length ?? 0
    return events
      .slice(known)
      .filter(({ type }) => type !== 'AWS::CloudFormation::Stack')
      .flatMap(({ logicalId, status }) => {
        const [, action] = /^(CREATE|UPDATE)_COMPLETE$/.exec(status) ?? []
        return action === undefined ? [] : [[name, logicalId, action === 'CREATE' ? 'create' : 'update'] as const]
      })
  })
}

const steps = stepsOf(after)

describe(`each of ${steps.length} steps of an update fails once`, () => {
  test('without a failure, the update succeeds', () => {
    expect(said).toMatch(/^once is deployed$/m)
    expect(steps.length).toBeGreaterThan(30)
    expect(stateOf(after)).not.toBe(stateOf(before))
  })

  test.each(steps)('%s %s: its %s is undone, and the same command succeeds', async (stack, logicalId, action) => {
    const account = copyOf(before)
    account.faults.push({ stack, logicalId, action, done: true, times: 1 })
    const failed = await once(account, [...first, ...change])
    expect(failed.said).toContain(`stopped: ${stack} in `)
    expect(account.faults).toMatchObject([{ times: 0 }])
    const others = account.stacks.filter(({ name }) => name !== 'CDKToolkit')
    expect(others.every(({ terminationProtection }) => terminationProtection)).toBe(true)
    // Stacks that were updated before the one that failed stay as they are.
    if (stack === 'once-us-east-1') expect(stateOf(account)).toBe(stateOf(before))
    const again = await once(account, [...first, ...change])
    expect(again.said).toMatch(/^once is deployed$/m)
    expect(stateOf(account)).toBe(stateOf(after))
  })
})
