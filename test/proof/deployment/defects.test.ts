import { describe, expect, test } from 'vitest'
import { type Account, copyOf, type Properties, thing, thingsOf } from '../../support/cli/control-plane/account.ts'
import { destroy } from './failed-creations.ts'
import { once, preparedAccount } from './operator.ts'
import { stateOf } from './states.ts'

/** Requests that change something. */
const changes = /^\w+ (PUT|POST|DELETE|Create|Execute|Delete|Update|Put|Schedule)/
const changesOf = ({ requests }: Account) => requests.filter(line => changes.test(line))
const command = (...context: readonly string[]) => ['deploy', '--yes', ...context.flatMap(each => ['-c', each])]
const standard = command('profile=standard')

const empty = preparedAccount('us-east-1', 'us-east-2')
const deployed = copyOf(empty)
await once(deployed, standard)

// Six defects that a trial of an earlier version found. Each test fails on that version.

describe('a first deployment that stops half-way', () => {
  test('holds nothing that prevents another try: no protection, no name of the edge function', async () => {
    const account = copyOf(empty)
    account.faults.push({ logicalId: 'ReaderStream0464B605', stack: 'once-us-east-1', action: 'create', times: 1 })
    await once(account, standard)
    expect(account.stacks.at(-1)).toMatchObject({ status: 'CREATE_FAILED', terminationProtection: false })
    const replicas = thingsOf(account, 'AWS::DynamoDB::GlobalTable').map(({ properties }) => properties['replica'])
    expect(replicas.length).toBeGreaterThan(1)
    expect(replicas.some(each => (each as Properties)['DeletionProtectionEnabled'] === true)).toBe(false)

    const given = copyOf(account)
    expect((await once(account, standard)).said).toMatch(/^once is deployed$/m)
    expect(stateOf(account)).toBe(stateOf(deployed))

    // Given up, CloudFront keeps its function for hours. Another deployment does not need its name.
    given.edgeReplicas = true
    given.now += 25 * 3600_000
    await once(given, ['teardown', '--yes', 'once', '-c', 'profile=standard'])
    const [old] = thingsOf(given, 'AWS::Lambda::Function')
    expect(old?.id).toMatch(/^once-edge-[0-9a-f]{8}$/)
    expect((await once(given, standard)).said).toMatch(/^once is deployed$/m)
    expect(thing(given, 'AWS::Lambda::Function', { id: old?.id ?? '' })).toBe(old)
    await destroy(given, 'standard')
  })
})

describe('another order of home Regions', () => {
  const swapped = ['profile=standard', 'homeRegions=us-east-2,us-east-1']

  test('is refused before anything is changed', async () => {
    const account = copyOf(deployed)
    account.requests.length = 0
    const { code, said } = await once(account, command(...swapped))
    expect(said).toMatch(/^refused: /m)
    expect(code).toBe(1)
    expect(changesOf(account)).toEqual([])
  })

  test('the doctor advises to delete nothing that holds links or files', async () => {
    const { said } = await once(copyOf(deployed), ['doctor', ...swapped.flatMap(each => ['-c', each])])
    expect(said).not.toMatch(/delete-stack|destroy|teardown/)
  })
})

test('the key of a replica stays until the replica is gone', async () => {
  const account = copyOf(empty)
  const customer = ['profile=standard', 'encryption=customer']
  expect((await once(account, command(...customer))).said).toMatch(/^once is deployed$/m)
  await once(account, command(...customer, 'leavingRegions=us-east-2'))
  let seen = 0
  account.onRequest = () => {
    for (const { region, properties } of thingsOf(account, 'AWS::DynamoDB::GlobalTable')) {
      const replica = properties['replica'] as Properties
      const arn = (replica['SSESpecification'] as Properties)['KMSMasterKeyId'] as string
      const key = thing(account, 'AWS::KMS::Key', { region, id: arn.split('/').at(-1) ?? '' })
      expect(key?.properties['state'], `${region} ${arn}`).toBeUndefined()
      seen += 1
    }
  }
  const { said } = await once(account, command('encryption=customer', 'homeRegions=us-east-1'))
  expect(said).toMatch(/^once is deployed$/m)
  expect(seen).toBeGreaterThan(100)
  expect(thingsOf(account, 'AWS::DynamoDB::GlobalTable').filter(({ region }) => region === 'us-east-2')).toEqual([])
  const states = thingsOf(account, 'AWS::KMS::Key', 'us-east-2').map(({ properties }) => properties['state'])
  expect(states).toEqual(['PendingDeletion'])
})

test('an alarm that was deleted by hand comes back', async () => {
  const account = copyOf(deployed)
  const [alarm] = thingsOf(account, 'AWS::CloudWatch::Alarm')
  account.things = account.things.filter(each => each !== alarm)
  const finding = await once(account, ['doctor', '-c', 'profile=standard'])
  expect(finding.said).toMatch(/^fail .*alarms.*-> npm run deploy -- --revert-drift/m)
  expect((await once(account, [...standard, '--revert-drift'])).said).toMatch(/^once is deployed$/m)
  expect(stateOf(account)).toBe(stateOf(deployed))
})

test('the doctor says "ok" of nothing that is absent, and does not wait for a change set that is never executed', async () => {
  const { said } = await once(copyOf(empty), ['doctor', '-c', 'profile=standard'])
  expect(said).toMatch(/^fail /m)
  expect(said).not.toMatch(/^ok +(table|secret|rotation|ipv6|distribution|link|gate|content|api)/m)

  const account = copyOf(deployed)
  const stack = account.stacks.find(({ name }) => name === 'once-us-east-2')
  Object.assign(stack ?? {}, { status: 'REVIEW_IN_PROGRESS', resources: [] })
  const review = await once(account, ['doctor', '-c', 'profile=standard'])
  expect(review.said).toMatch(/^fail .*once-us-east-2.*REVIEW_IN_PROGRESS.*-> npm run deploy/m)
})

test('a Region without a bootstrap is named with the command, before anything is changed', async () => {
  const account = preparedAccount('us-east-1')
  const { code, said } = await once(account, standard)
  expect(said).toContain('npx cdk bootstrap aws://111122223333/us-east-2')
  expect(code).toBe(1)
  expect(changesOf(account)).toEqual([])
})
