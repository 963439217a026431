import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, copyOf } from '../../support/cli/control-plane/account.ts'
import { once, type Planned, preparedAccount, resourcesOf } from './operator.ts'
import { leftOf, stateOf } from './states.ts'

const hours = 3600_000

/** What may be left while CloudFront has replicas of the edge function; another try has another function. */
const edgeFunction = /^AWS::Lambda::Function us-east-1 once-edge-[0-9a-f]{8}$/

/** And if CloudFormation still creates the table when the deletion begins: its replica is younger than a day then. */
const youngTable = /^(AWS::DynamoDB::GlobalTable us-east-[12] once-links|stack once-us-east-1 DELETE_FAILED)$/

/**
 * Deletes a deployment as its operator does: a day later, because DynamoDB keeps a table for a day after a replica was created from it,
 * and again a day after that, when CloudFront has no replicas of the function any more.
 */
export async function destroy(account: Account, profile: string): Promise<void> {
  const args = ['teardown', '--yes', 'once', '-c', `profile=${profile}`]
  const isCreating = account.stacks.some(({ status }) => status === 'CREATE_IN_PROGRESS')
  account.edgeReplicas = true
  account.now += 25 * hours
  await once(account, args)
  const allowed = [edgeFunction, ...(isCreating ? [youngTable] : [])]
  expect(leftOf(account).filter(line => !allowed.some(each => each.test(line)))).toEqual([])
  account.edgeReplicas = false
  account.now += 25 * hours
  await once(account, args)
  expect(leftOf(account)).toEqual([])
}

/**
 * Fails the creation of each resource of a profile once: the same command then completes the deployment, and the account is as if
 * nothing had failed. So one deletion shows for all of them that nothing is left. For each type of resource, another deployment is
 * given up where it failed, and deleted.
 */
export async function failedCreations(profile: string, regions: readonly string[]): Promise<void> {
  const context = `profile=${profile}`
  const command = ['deploy', '--yes', '-c', context]
  const resources = await resourcesOf(context)
  const empty = preparedAccount(...regions)
  const deployed = copyOf(empty)

  /** Returns an account in which the first deployment failed at a resource. `done`: the service has made it. */
  async function failedAt({ stack, logicalId }: Planned, done: boolean): Promise<Account> {
    const account = copyOf(empty)
    account.faults.push({ stack, logicalId, action: 'create', done, times: 1 })
    const { said } = await once(account, command)
    expect(said).toContain(`stopped: ${stack} in `)
    expect(account.faults).toMatchObject([{ times: 0 }])
    return account
  }

  describe(`${profile}: each of ${resources.length} resources fails once when it is created`, () => {
    beforeAll(async () => {
      const { said } = await once(deployed, command)
      expect(said).toMatch(/^once is deployed$/m)
    })

    test('deleted without a failure, nothing is left', async () => {
      await destroy(copyOf(deployed), profile)
    })

    test.each(resources.map(each => [each.stack, each.logicalId, each] as const))('%s %s', async (_, __, resource) => {
      const account = await failedAt(resource, true)
      const { said } = await once(account, command)
      expect(said).toMatch(/^once is deployed$/m)
      expect(stateOf(account)).toBe(stateOf(deployed))
    })
  })

  const firstOfType = resources.filter(({ type }, index) => resources.findIndex(each => each.type === type) === index)

  describe(`${profile}: one of each of ${firstOfType.length} types fails, and the deployment is given up`, () => {
    test.each(firstOfType.map(each => [each.type, each] as const))('%s', async (_, resource) => {
      await destroy(await failedAt(resource, false), profile)
    })
  })
}
