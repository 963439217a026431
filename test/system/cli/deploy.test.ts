import { describe, expect, onTestFinished, test } from 'vitest'
import type { EpochMs } from '../../../shared/time.ts'
import { type Account, copyOf, type Properties, thing, thingsOf } from '../../support/cli/control-plane/account.ts'
import { locks, once, preparedAccount } from '../../proof/deployment/operator.ts'

const deploy = (account: Account, ...args: readonly string[]) => once(account, ['deploy', '--yes', ...args])
const inProfile = (profile: string, ...pairs: readonly string[]) =>
  [`profile=${profile}`, ...pairs].flatMap(pair => ['-c', pair])

const deployed = new Map<string, Promise<Account>>()

/** Returns a copy of an account with a deployment: each is made once. */
async function accountWith(...args: readonly string[]): Promise<Account> {
  const key = args.join(' ')
  const make = async () => {
    const account = preparedAccount('us-east-1', 'us-east-2', 'us-west-2')
    const { code, said } = await deploy(account, ...args)
    expect(code, said).toBe(0)
    return account
  }
  const made = deployed.get(key) ?? make()
  deployed.set(key, made)
  const copy = copyOf(await made)
  copy.requests.length = 0
  return copy
}

/** Returns the requests that may have changed something. */
function changes({ requests }: Account): readonly string[] {
  const reads = / (Describe|List|Get|Scan|BatchGet|AssumeRole|GET |HEAD )/
  return requests.filter(request => !reads.test(request) && !request.startsWith('viewer '))
}

const statusOf = (account: Account, name: string) =>
  account.stacks.find(stack => stack.name === name && stack.status !== 'DELETE_COMPLETE')
const replicas = (account: Account) =>
  thingsOf(account, 'AWS::DynamoDB::GlobalTable').filter(({ id }) => id === 'once-links')
const isProtected = ({ properties }: { properties: Properties }) =>
  (properties['replica'] as Properties)['DeletionProtectionEnabled']

describe('two at once', () => {
  test('the second says who deploys, where and since when, and changes nothing', async () => {
    const account = preparedAccount('us-east-1')
    const by = 'arn:aws:sts::111122223333:assumed-role/deploy/ann'
    const since = (account.now - 60_000) as EpochMs
    locks.set('once', { by, host: 'ann@laptop', pid: 7, since, until: (account.now + 240_000) as EpochMs })
    onTestFinished(() => void locks.delete('once'))
    const { code, said } = await deploy(account, ...inProfile('starter'))
    expect(said).toMatch(
      /stopped: .*assumed-role\/deploy\/ann deploys once since .* UTC, on ann@laptop \(process 7\) -> run this again when/,
    )
    expect([code, changes(account)]).toEqual([1, []])
  })
})

describe('a first deployment', () => {
  test('of the profile starter is one stack, protected at the end, and opens its first link', async () => {
    const account = preparedAccount('us-east-1')
    const { code, said } = await deploy(account, ...inProfile('starter'))
    expect(said).toContain('opened once: 302, then the file (48 bytes); again: 403')
    expect(said).toMatch(/^LinkOrigin = https:\/\//m)
    expect(said).toMatch(/once is deployed$/)
    expect(code, said).toBe(0)
    const stacks = account.stacks.filter(({ name }) => name !== 'CDKToolkit')
    expect(stacks).toMatchObject([{ name: 'once-us-east-1', terminationProtection: true }])
    expect(replicas(account).map(isProtected)).toEqual([true])
  })

  test('says each step with its time, and what it costs', async () => {
    const account = preparedAccount('us-east-1')
    const { said } = await once(account, ['deploy', ...inProfile('starter')])
    for (const step of ['account', 'synthesis', 'preflight', 'plan']) {
      expect(said).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d +\\d+ s {2}${step}: `, 'm'))
    }
    expect(said).toMatch(/^sum +[\d.]+ +[\d.]+ +[\d.]+$/m)
  })

  test('without --yes and without a terminal changes nothing, and ends with 1', async () => {
    const account = preparedAccount('us-east-1')
    account.requests.length = 0
    const { code, said } = await once(account, ['deploy', ...inProfile('starter')])
    expect([code, changes(account)]).toEqual([1, []])
    expect(said).toMatch(/nothing was changed; to deploy this: once deploy --yes$/)
  })

  test('with --json prints an object a line, the last with the result', async () => {
    const account = await accountWith(...inProfile('starter'))
    const { said } = await deploy(account, ...inProfile('starter'), '--json')
    const lines = said.split('\n').map(line => JSON.parse(line) as Properties)
    expect(lines.at(-1)).toEqual({ result: 'deployed' })
    expect(lines.find(line => line['step'] === 'preflight')).toMatchObject({ result: '0 problems, 0 remarks' })
  })

  test('repeated without a change deploys nothing', async () => {
    const account = await accountWith(...inProfile('starter'))
    const { code, said } = await deploy(account, ...inProfile('starter'))
    expect(said).toContain('once-us-east-1 in us-east-1: no changes')
    expect([code, changes(account)]).toEqual([0, []])
  })
})

describe('preflight', () => {
  test('finds everything that the account lacks, at once, and nothing is changed', async () => {
    const account = preparedAccount()
    const zone = { Name: 'example.org.', PrivateZone: true }
    const quota = { ConcurrentExecutions: 10 }
    account.things.push(
      { type: 'AWS::DynamoDB::GlobalTable', region: 'us-east-2', id: 'once-links', properties: { replica: {} } },
      { type: 'AWS::Logs::LogGroup', region: 'us-east-1', id: '/aws/lambda/once-links', properties: {} },
      { type: 'zone', region: 'global', id: 'Z123', properties: zone },
      { type: 'account settings', region: 'eu-west-1', id: 'lambda', properties: quota },
    )
    const domain = ['domainName=f.example.com', 'hostedZoneId=Z123', 'hostedZoneName=example.com']
    const { code, said } = await deploy(account, ...inProfile('standard', ...domain))
    for (const found of [
      'npx cdk bootstrap aws://111122223333/us-east-1 aws://111122223333/us-east-2',
      'table once-links in us-east-2 exists, and no stack of this deployment has it',
      'log group /aws/lambda/once-links in us-east-1 exists',
      'hostedZoneId: Z123 is private, for example.org -> name the public zone of example.com',
      'remark: Lambda runs few functions at the same time, of all deployments together: eu-west-1 10',
      'remark: the account has no distribution yet',
    ]) {
      expect(said).toContain(found)
    }
    expect([code, changes(account)]).toEqual([1, []])
  })

  test('finds a certificate that is not issued, and one for another host', async () => {
    const account = preparedAccount('us-east-1')
    const arn = 'arn:aws:acm:us-east-1:111122223333:certificate/1'
    const properties = { status: 'PENDING_VALIDATION', hosts: ['*.example.org'] }
    account.things.push({ type: 'AWS::CertificateManager::Certificate', region: 'us-east-1', id: arn, properties })
    const { said } = await deploy(account, ...inProfile('starter', 'domainName=f.example.com', `certificateArn=${arn}`))
    expect(said).toContain('the certificate is PENDING_VALIDATION')
    expect(said).toContain('the certificate is for *.example.org, not for f.example.com')
  })

  test('finds a Region that the account has not enabled, and goes on without those that it may not read', async () => {
    const account = preparedAccount('us-east-1')
    account.denies = request => / (us-east-2|ap-south-1)$/.test(request)
    const { said, noted } = await deploy(account, ...inProfile('starter'))
    expect(noted).not.toContain('the call to AWS failed')
    expect(said).toContain(
      'remark: AWS does not say how many functions may run at the same time in us-east-2, ap-south-1',
    )
    expect(said).toMatch(/once is deployed/)
  })

  test('leaves the role of the account for logs of API Gateway, and says so', async () => {
    const account = preparedAccount('us-east-1')
    const CloudWatchRoleArn = 'arn:aws:iam::111122223333:role/company'
    const role = {
      type: 'AWS::ApiGateway::Account',
      region: 'us-east-1',
      id: 'company',
      properties: { CloudWatchRoleArn },
    }
    account.things.push(role)
    const { said } = await deploy(account, ...inProfile('starter'))
    expect(said).toContain(`remark: API Gateway in us-east-1 writes logs by ${CloudWatchRoleArn}, which stays`)
    expect(said).toMatch(/once is deployed$/)
    expect(thingsOf(account, 'AWS::ApiGateway::Account')).toEqual([role])
  })

  test('refuses the stacks of an earlier version of this project', async () => {
    const account = preparedAccount('us-east-1')
    const [toolkit] = account.stacks
    if (toolkit) account.stacks.push({ ...toolkit, name: 'once-edge', id: 'old', resources: [] })
    const { code, said } = await deploy(account, ...inProfile('starter'))
    expect(said).toContain('an earlier version of this project has deployed once-edge')
    expect([code, changes(account)]).toEqual([1, []])
  })
})

describe('a change that is refused', () => {
  const standard = inProfile('standard')
  test.each([
    ['mode', ['mode=strong']],
    ['first-home', ['homeRegions=us-east-2,us-east-1']],
    ['home-not-leaving', ['homeRegions=us-east-1']],
    ['network', ['network=private']],
    ['name', ['name=onse']],
  ] as const)('%s changes nothing', async (id, pairs) => {
    const account = await accountWith(...standard)
    const { code, said } = await deploy(account, ...inProfile('standard', ...pairs), '--json')
    const refused = said.split('\n').flatMap(line => (JSON.parse(line) as Properties)['refused'] ?? [])
    expect(refused).toEqual([id])
    expect([code, changes(account)]).toEqual([1, []])
  })

  test('the host of links stays until they have expired', async () => {
    const account = await accountWith(...standard)
    const stack = statusOf(account, 'once-us-east-1')
    Object.assign(stack ?? {}, { outputs: { ...stack?.outputs, LinkOrigin: { value: 'https://files.example.com' } } })
    const expiresAt = Math.floor(account.now / 1000) + 60
    for (const { properties } of replicas(account)) properties['items'] = [{ homeRegion: 'us-east-2', expiresAt }]
    const { code, said } = await deploy(account, ...standard)
    expect(said).toContain('refused: the host of links: deployed "files.example.com", now without')
    expect([code, changes(account)]).toEqual([1, []])
    account.now += 120_000
    expect((await deploy(account, ...standard)).said).not.toContain('refused')
  })

  test('links that were issued for longer are waited for before a lower maxLinkSeconds', async () => {
    const account = await accountWith(...standard)
    const now = Math.floor(account.now / 1000)
    // The first was issued for two days, and expires in an hour: a key that a rotation may remove today verifies it.
    const longer = { homeRegion: 'us-east-2', issuedAt: now - 2 * 86_400 + 3600, expiresAt: now + 3600 }
    const shorter = { homeRegion: 'us-east-2', issuedAt: now, expiresAt: now + 86_400 }
    for (const { properties } of replicas(account)) properties['items'] = [shorter, longer]
    const lowered = inProfile('standard', 'maxLinkSeconds=86400', 'linkSeconds=3600')
    const { code, said } = await deploy(account, ...lowered)
    expect(said).toContain('refused: maxLinkSeconds: deployed 604800, now 86400')
    expect([code, changes(account)]).toEqual([1, []])
    account.now += 3601_000
    expect((await deploy(account, ...lowered)).said).not.toContain('refused')
  })

  test('a home Region with links stays until they have expired', async () => {
    const leaving = inProfile('standard', 'leavingRegions=us-east-2')
    const account = await accountWith(...leaving)
    const expiresAt = Math.floor(account.now / 1000) + 60
    for (const { properties } of replicas(account)) properties['items'] = [{ homeRegion: 'us-east-2', expiresAt }]
    const { code, said } = await deploy(account, ...inProfile('standard', 'homeRegions=us-east-1'))
    expect(said).toContain('refused: unexpired links of us-east-2')
    expect([code, changes(account)]).toEqual([1, []])
  })
})

describe('a stack that an earlier deployment left half-way', () => {
  const starter = inProfile('starter')
  const withStatus = async (status: string) => {
    const account = await accountWith(...starter)
    const stack = statusOf(account, 'once-us-east-1')
    if (stack === undefined) throw new Error('there is a stack')
    stack.status = status
    return { account, stack }
  }

  test.each(['ROLLBACK_FAILED', 'DELETE_FAILED', 'ROLLBACK_COMPLETE'])(
    '%s: it is not deleted while its table has links',
    async status => {
      const { account } = await withStatus(status)
      for (const { properties } of replicas(account)) properties['items'] = [{ homeRegion: 'us-east-1', expiresAt: 1 }]
      const { code, said } = await deploy(account, ...starter)
      expect(said).toContain('once-us-east-1 in us-east-1 has the table once-links with links, so it is not deleted')
      expect([code, changes(account)]).toEqual([1, []])
    },
  )

  test('ROLLBACK_FAILED, protected and empty: it is deleted and created again', async () => {
    const { account, stack } = await withStatus('ROLLBACK_FAILED')
    for (const { properties } of thingsOf(account, 'AWS::S3::Bucket')) delete properties['versions']
    const { code, said } = await deploy(account, ...starter)
    expect(code, said).toBe(0)
    expect(statusOf(account, 'once-us-east-1')?.id).not.toBe(stack.id)
    expect(replicas(account).map(isProtected)).toEqual([true])
  })

  test('UPDATE_ROLLBACK_FAILED: its rollback goes on, then it is deployed', async () => {
    const { account, stack } = await withStatus('UPDATE_ROLLBACK_FAILED')
    const { code, said, noted } = await deploy(account, ...starter)
    expect(noted).toContain('once-us-east-1 in us-east-1 is UPDATE_ROLLBACK_FAILED: going on with the rollback')
    expect(code, said).toBe(0)
    expect(statusOf(account, 'once-us-east-1')?.id).toBe(stack.id)
  })

  test('a status that this version does not know: nothing is done to it', async () => {
    const { account } = await withStatus('PAUSED')
    const { code, said } = await deploy(account, ...starter)
    expect(said).toContain('stopped: once-us-east-1 in us-east-1 is PAUSED')
    expect([code, changes(account)]).toEqual([1, []])
  })
})

test('an interrupt stops before the next step, and the same command goes on', async () => {
  const account = preparedAccount('us-east-1', 'us-east-2')
  const interrupt = new AbortController()
  account.onRequest = request => {
    if (request.startsWith('cloudformation ExecuteChangeSet us-east-1')) interrupt.abort(new Error('interrupted'))
  }
  const stopped = await once(account, ['deploy', '--yes', ...inProfile('standard')], interrupt.signal)
  expect(stopped.said).toMatch(/interrupted -> .*run the same command again to go on$/)
  expect(stopped.code).toBe(1)
  expect(statusOf(account, 'once-us-east-2')).toBeUndefined()
  account.onRequest = () => undefined
  const again = await deploy(account, ...inProfile('standard'))
  expect(again.code, again.said).toBe(0)
})

describe('home Regions', () => {
  test('one is added in a pass of its own, and protected afterwards', async () => {
    const account = await accountWith(...inProfile('starter'))
    const { code, said } = await deploy(account, ...inProfile('standard'))
    expect(said).toContain('pass 2 of 3: add the replica in us-east-2')
    expect(code, said).toBe(0)
    expect(replicas(account).map(({ region }) => region)).toEqual(['us-east-1', 'us-east-2'])
    expect(replicas(account).map(isProtected)).toEqual([true, true])
    expect(statusOf(account, 'once-us-east-2')).toMatchObject({ terminationProtection: true })
  })

  test('one without links goes, and its stack after its replica', async () => {
    const account = await accountWith(...inProfile('standard', 'leavingRegions=us-east-2'))
    const { code, said } = await deploy(account, ...inProfile('standard', 'homeRegions=us-east-1'))
    expect(said).toContain('once-us-east-2 in us-east-2: deleted, because the settings no longer have it')
    expect(code, said).toBe(0)
    expect(replicas(account).map(({ region }) => region)).toEqual(['us-east-1'])
    expect(statusOf(account, 'once-us-east-2')).toBeUndefined()
  })
})

describe('the signer', () => {
  test('moves from the secret to KMS in one command, and the key in the secret stays for links without a receipt', async () => {
    const account = await accountWith(...inProfile('starter'))
    const { code, said } = await deploy(account, ...inProfile('starter', 'signer=kms'))
    expect(said).toContain('signer: create key P-256-1 in KMS, before it signs; new links keep a receipt')
    expect(said).toContain('signer: sign with key P-256-1 in KMS instead of a P-256 key in the secret')
    expect(code, said).toBe(0)
    const secret = thing(account, 'AWS::SecretsManager::Secret', { region: 'us-east-1', id: 'once-keys' })
    expect(JSON.parse(String(secret?.properties['value']))).toMatchObject({
      signing: { kmsKeyId: expect.stringContaining('mrk-') as string },
      withoutReceipt: { until: expect.any(Number) as number },
    })
  })

  test('moves back, and its key in KMS goes a day later', async () => {
    const account = await accountWith(...inProfile('starter', 'signer=kms'))
    const { code, said } = await deploy(account, ...inProfile('starter'))
    expect(said).toMatch(/signer: keep key P-256-1 in KMS; deploy again from \S+ on/)
    expect(code, said).toBe(0)
    expect(statusOf(account, 'once-keys-us-east-1')).toBeDefined()
    const doctor = await once(account, ['doctor', ...inProfile('starter')])
    expect(doctor.code, doctor.said).toBe(0)
    account.now += 25 * 3600_000
    const later = await deploy(account, ...inProfile('starter'))
    expect(later.said).toContain('once-keys-us-east-1 in us-east-1: deleted, because the settings no longer have it')
    expect(later.code).toBe(0)
    expect(thingsOf(account, 'AWS::KMS::Key').map(({ properties }) => properties['state'])).toEqual(['PendingDeletion'])
  })
})
