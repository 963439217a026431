import { expect, test } from 'vitest'
import { run } from '../../../../cli/run.ts'
import type { ClonePorts } from '../../../../cli/ports/ports.ts'
import { change, type FakeAccount, type FakeStack } from '../../../support/cli/fake-account.ts'
import { awsOf } from '../../../support/cli/fake-aws.ts'
import { deployed, preparedAccount, settings } from '../../../support/cli/fake-deployment.ts'
import { namesOfStacks } from '../../../support/cli/fake-stacks.ts'
import { questions } from '../../../../cli/deployment/prove/questions.ts'
import { contextIn, host, type World } from './world.ts'

const home = ['homeRegions=eu-west-1,us-east-1']

interface Scene extends Partial<World> {
  /** How the creation of a throw-away stack ends. @default CREATE_COMPLETE */
  readonly trial?: Partial<FakeStack>
  /** Throw-away stacks that an earlier run left. */
  readonly left?: readonly string[]
  readonly deployed?: boolean
  /** What differs in the account. */
  readonly where?: (account: FakeAccount) => void
  /** Aborts when a stack is created. */
  readonly interrupted?: boolean
  readonly existingFile?: boolean
}

/** Returns a throw-away stack. */
function trialStack(name: string, more: Partial<FakeStack> = {}): FakeStack {
  const known = {
    name,
    region: 'us-east-1',
    id: name,
    status: 'CREATE_COMPLETE',
    reason: '',
    isProtected: false,
  } as const
  return { ...known, outputs: { Host: 'trial.example' }, template: '{}', wasComplete: true, resources: [], ...more }
}

/** Returns a stack whose distribution AWS refused, for this reason. */
function refused(reason: string): Partial<FakeStack> {
  const failed = { physicalId: '', status: 'CREATE_FAILED' }
  const cancelled = { ...failed, type: 'AWS::IAM::Role', reason: 'Resource creation cancelled' }
  const resources = [{ ...failed, type: 'AWS::CloudFront::Distribution', reason }, cancelled]
  return { status: 'CREATE_FAILED', resources }
}

/** Runs `once prove` in a world; resolves to what it printed and did. */
async function prove(scene: Scene, ...args: readonly string[]) {
  const { context, seen } = contextIn(scene)
  const account = scene.deployed === false ? preparedAccount('us-east-1') : await deployed(...home)
  change(account, { kind: 'distribution', region: 'global', name: 'E1' }, { host })
  for (const name of scene.left ?? []) account.stacks.push(trialStack(name))
  scene.where?.(account)
  const interrupt = new AbortController()
  const said: string[] = []
  const createStack = async (name: string, template: string) => {
    expect(JSON.parse(template)).toHaveProperty('Resources')
    account.changes.push(`create ${name}`)
    const made = trialStack(name, scene.trial)
    const end = () => void (made.status = 'CREATE_COMPLETE')
    if (made.status === 'CREATE_IN_PROGRESS') made.pending = { reads: 3, end }
    account.stacks.push(made)
    if (scene.interrupted === true) interrupt.abort(new Error('interrupted'))
  }
  const aws = { ...awsOf(account), proofs: { ...context.ports.aws.proofs, createStack } }
  const ports = {
    ...context.ports,
    ...(scene.existingFile && { disk: { stat: async () => ({ kind: 'file', bytes: 1 }) } }),
    interrupts: { abortOnInterrupt: () => interrupt.signal },
    print: (line: string) => void said.push(line),
    progress: undefined,
    dns: { addresses: async () => ({ ipv4: true, ipv6: false }) },
    aws: { ...aws, all: async () => aws },
  } as unknown as ClonePorts
  const code = await run(['prove', ...settings(...home), ...args], ports)
  const calls = account.changes.map(line => line.replace(/^stacks\.remove (\S+) .*/, 'delete $1'))
  const stacks = namesOfStacks(account).filter(name => name.includes('-prove-'))
  return { code, said: said.join('\n'), noted: seen.said.join('\n'), calls, stacks }
}

test('it asks every question, prints a line for each and then the report, and ends with 0 if all is well', async () => {
  const { code, said, calls } = await prove({})
  expect(said).toMatch(/^yes +signature +P-256 with SHA-256/m)
  expect(said).toMatch(/^signature first +gate-order/m)
  expect(said).toMatch(/^not tried +cookie +there is no terminal/m)
  expect(said).toContain('## once prove, 1970-01-01')
  expect(said).not.toMatch(/d111111abcdef8|111122223333|\/d\//)
  expect({ code, calls }).toEqual({ code: 0, calls: [] })
})

test('without a terminal it says which question it asks, and until when it waits', async () => {
  const { noted } = await prove({})
  expect(noted.split('\n')).toEqual(questions.map(({ id, asks }) => `${id}: ${asks}`))
  const late = await prove({ proofs: { ownMetric: async () => 0 } })
  expect(late.noted.match(/^waits until 00:10 UTC at most for what AWS delivers late \(--wait\)$/gm)).toHaveLength(1)
  expect((await prove({ proofs: { ownMetric: async () => 0 } }, '--wait', '0')).noted).not.toContain('waits until')
})

test('the exit code is 1 if the deployment relies on a "no", and 0 if it does not', async () => {
  expect(await prove({ acceptsSignature: false })).toMatchObject({ code: 1 })
  const unused = await prove({ curl: '403 1' })
  expect(unused.said).toMatch(/^no +client-header-curl/m)
  expect(unused.code).toBe(0)
})

test('the exit code is 2 if a call fails, and the other questions are answered', async () => {
  const { code, said } = await prove({ where: ({ denied }) => void denied.add('logs.groups') })
  expect(said).toMatch(/^not tried +edge-metrics +failed: AccessDenied/m)
  expect(said).toMatch(/^yes +replication/m)
  expect(code).toBe(2)
})

test('without a deployment there is nothing to ask', async () => {
  const { code, noted } = await prove({ deployed: false })
  expect({ code, noted }).toEqual({
    code: 2,
    noted: expect.stringContaining('there is no deployment named once') as string,
  })
})

test('if AWS does not say what is deployed, the reason is a line', async () => {
  const { code, noted } = await prove({ where: ({ denied }) => void denied.add('stacks.all') })
  expect({ code, noted }).toEqual({
    code: 2,
    noted: expect.stringMatching(/^the stacks can't be read: AccessDenied/) as string,
  })
})

test.each([
  [['--also', 'ipv5'], '--also: got "ipv5", allowed: ipv6, memory, strong, plan'],
  [['--wait', 'long'], '--wait: got "long", allowed: 0 to 1500'],
  [['--clean', '--also', 'ipv6'], '--clean: got it with --also, allowed: one of them'],
  [['extra'], 'environment: got "extra", allowed: none'],
])('once prove %s is refused with what is allowed', async (args, message) => {
  const { code, noted, calls } = await prove({}, ...args)
  expect({ code, noted, calls }).toEqual({ code: 2, noted: expect.stringContaining(message) as string, calls: [] })
})

test('a report never replaces a file', async () => {
  const { code, noted } = await prove({ existingFile: true }, '--report', 'proof.md')
  expect({ code, noted }).toEqual({ code: 2, noted: expect.stringContaining('--report: got "proof.md"') as string })
})

test('throw-away resources are made only after their price was shown and a yes was typed', async () => {
  const declined = await prove({ person: ['no'] }, '--also', 'ipv6')
  expect(declined.noted).toMatch(/ipv6 +less than \$0\.01 +a distribution/)
  expect(declined).toMatchObject({ code: 1, calls: [], said: 'nothing was created; to create them, add --yes' })
  expect(await prove({}, '--also', 'ipv6')).toMatchObject({ code: 1, calls: [] })
  const accepted = await prove({ person: ['yes', ''] }, '--also', 'ipv6')
  expect(accepted.said).toMatch(/^lower case, compressed, no leading zeros +ipv6-spelling/m)
  expect(accepted).toMatchObject({ code: 0, stacks: [], calls: ['create once-prove-ipv6', 'delete once-prove-ipv6'] })
})

test('what AWS refuses in a throw-away stack is an answer, and the stack is deleted', async () => {
  const trial = refused('The function has too much memory: 256')
  const { said, stacks, code } = await prove({ trial }, '--also', 'memory', '--yes')
  expect(said).toMatch(/^no +memory .*too much memory: 256 -> edgeMemory: 128/m)
  expect({ stacks, code }).toEqual({ stacks: [], code: 0 })
})

test('what the account can not do is no answer', async () => {
  const reason = 'Your account must be verified before you can add new CloudFront resources'
  const { said } = await prove({ trial: refused(reason) }, '--also', 'plan', '--yes')
  expect(said).toMatch(/^not tried +plan .*the account can't/m)
})

test('an interrupt deletes what was made', async () => {
  const trial = { status: 'CREATE_IN_PROGRESS' }
  const { code, stacks, calls, said } = await prove({ interrupted: true, trial }, '--also', 'ipv6', '--yes')
  expect(calls).toContain('delete once-prove-ipv6')
  expect({ code, stacks, said }).toEqual({ code: 1, stacks: [], said: 'interrupted -> once prove asks all again' })
})

test('if a deletion can not begin, the answers are printed all the same, and how to delete', async () => {
  const expires = (account: FakeAccount) => {
    account.onCall = line => {
      const isLate = account.changes.length > 0 && line.startsWith('stacks.describe')
      if (isLate) throw new Error('expired')
    }
  }
  const { code, said, noted } = await prove({ where: expires }, '--also', 'ipv6', '--yes')
  expect(said).toMatch(/^yes +signature/m)
  expect(said).toMatch(/^not tried +ipv6-spelling .*could not be made: expired/m)
  expect(noted).toContain('left: expired -> later: once prove --clean')
  expect(code).toBe(0)
})

test('--json is JSON without anything private, also where a text of AWS ends with a mail address', async () => {
  const reason = 'Not this of someone@example.com'
  const { said } = await prove({ trial: refused(reason) }, '--also', 'plan', '--yes', '--json')
  const { answers } = JSON.parse(said) as { answers: readonly { readonly id: string; readonly found?: string }[] }
  expect(answers.find(({ id }) => id === 'plan')?.found).toMatch(/Not this of MAIL$/)
  expect(said).not.toMatch(/someone|d111111abcdef8|111122223333|\/d\//)
})

test('what can not be deleted yet is said, found again, and deleted by --clean', async () => {
  const name = 'once-prove-memory'
  const where = ({ stuck }: FakeAccount) => void stuck.set(name, { times: Number.POSITIVE_INFINITY, why: 'replicas' })
  const first = await prove({ where }, '--also', 'memory', '--yes')
  expect(first.noted).toContain(`left: ${name} -> later: once prove --clean`)
  const again = await prove({ left: [name] }, '--also', 'memory', '--yes')
  const said = `an earlier run left ${name} -> once prove --clean`
  expect(again).toMatchObject({ code: 1, calls: [], said })
  expect(await prove({ left: [name] }, '--clean')).toMatchObject({ code: 0, stacks: [] })
  const stuck = await prove({ left: [name], where }, '--clean')
  expect(stuck).toMatchObject({ code: 1, said: `left: ${name} -> later: once prove --clean` })
})
