import { describe, expect, test } from 'vitest'
import { type Account, AwsError, copyOf } from '../../support/cli/control-plane/account.ts'
import { destroy } from './failed-creations.ts'
import { once, preparedAccount } from './operator.ts'
import { stateOf } from './states.ts'

/** Requests that change something. A command that ends between two of them leaves what the first has made. */
const changes = /^\w+ (PUT|POST|DELETE|Create|Execute|Delete|Update|Put)/

interface Point {
  /** The process ends before this change, counted from 1, has an effect. */
  readonly n: number
  /** It is the change after an execution, which still goes on when the process ends. */
  readonly slow: boolean
}

/** Runs a command whose process ends at a point: no later request of it has an effect. */
async function interrupted(account: Account, args: readonly string[], { n, slow }: Point): Promise<void> {
  let count = 0
  account.onRequest = line => {
    // After the execution any request is too late, so that nothing waits for CloudFormation.
    const isOver = account.pace > 0
    if (changes.test(line)) count += 1
    if (isOver || count >= n) throw new AwsError('ProcessEnded', 'the process of this request has ended', 403)
    if (slow && count === n - 1) account.pace = 3
  }
  await once(account, args)
  account.onRequest = () => undefined
  account.pace = 0
}

for (const profile of ['starter', 'standard']) {
  const command = ['deploy', '--yes', '-c', `profile=${profile}`]
  const empty = preparedAccount('us-east-1', 'us-east-2')
  const deployed = copyOf(empty)
  const { said } = await once(deployed, command)
  const requests = deployed.requests.filter(line => changes.test(line))
  const points = requests.map((line, index) => ({ line, n: index + 1, slow: false }))
  const executions = points
    .filter(({ line }) => line.includes('ExecuteChangeSet'))
    .map(each => ({ ...each, n: each.n + 1, slow: true }))
  const all = [...points, ...executions].map(
    each => [each.slow ? `while ${each.line} goes on` : `before ${each.line}`, each] as const,
  )

  describe(`${profile}: the command ends at each of ${all.length} points`, () => {
    test('it succeeds if it is not interrupted', () => {
      expect(said).toMatch(/^once is deployed$/m)
      expect(points.length).toBeGreaterThan(10)
      expect(executions.length).toBeGreaterThan(1)
    })

    test.each(all)('%s: it goes on, or is given up', async (_, point) => {
      const account = copyOf(empty)
      await interrupted(account, command, point)
      const given = copyOf(account)
      const again = await once(account, command)
      expect(again.said).toMatch(/^once is deployed$/m)
      expect(stateOf(account)).toBe(stateOf(deployed))
      await destroy(given, profile)
    })
  })
}
