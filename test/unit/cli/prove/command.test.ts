import { expect, test } from 'vitest'
import type { Stack, StackResource } from '../../../../cli/ports/aws-resources.ts'
import type { Aws, Ports } from '../../../../cli/ports/ports.ts'
import { run } from '../../../../cli/run.ts'
import { expectedOf, goodFacts } from '../facts.ts'
import { contextIn, host, type World } from './world.ts'

const settings = ['-c', 'homeRegions=eu-west-1,us-east-1']

/** A throw-away stack as AWS has it. */
interface Trial {
  status: string
  readonly resources: readonly StackResource[]
}

interface Scene extends Partial<World> {
  /** How the creation of a stack ends. @default CREATE_COMPLETE */
  readonly trial?: Trial
  /** Stacks that an earlier run left. */
  readonly left?: readonly string[]
  /** Stacks that AWS does not delete. */
  readonly stuck?: readonly string[]
  readonly deployed?: boolean
  readonly noStacks?: boolean
  /** Whether AWS refuses to say which throw-away stacks are left. */
  readonly noDescribe?: boolean
  /** Whether AWS refuses to list log groups. */
  readonly noLogs?: boolean
  /** Aborts when a stack is created. */
  readonly interrupted?: boolean
  readonly existingFile?: boolean
}

/** Runs `once prove` in a world; resolves to what it printed and did. */
async function prove(scene: Scene, ...args: readonly string[]) {
  const { context, seen } = contextIn(scene)
  const [said, calls]: [string[], string[]] = [[], []]
  const stacks = new Map<string, Trial>(
    (scene.left ?? []).map(name => [name, { status: 'CREATE_COMPLETE', resources: [] }]),
  )
  const interrupt = new AbortController()
  const ports = {
    ...context.ports,
    ...(scene.existingFile && { disk: { stat: async () => ({ kind: 'file', bytes: 1 }) } }),
    interrupts: { abortOnInterrupt: () => interrupt.signal },
    print: (line: string) => void said.push(line),
    progress: undefined,
    dns: { addresses: async () => ({ ipv4: true, ipv6: false }) },
    aws: awsOf(scene, { stacks, calls, interrupt, proofs: context.ports.aws.proofs }),
  } as unknown as Ports
  const code = await run(['prove', ...settings, ...args], ports)
  return { code, said: said.join('\n'), noted: seen.said.join('\n'), calls, stacks: [...stacks.keys()] }
}

interface State {
  readonly stacks: Map<string, Trial>
  readonly calls: string[]
  readonly interrupt: AbortController
  readonly proofs: Aws['proofs']
}

function awsOf(scene: Scene, { stacks, calls, interrupt, proofs }: State): Aws {
  const facts = goodFacts(expectedOf({}))
  const deployed =
    scene.deployed === false
      ? []
      : [{ name: 'once-us-east-1', region: 'us-east-1', id: 'i', status: 'CREATE_COMPLETE' }]
  const distribution = {
    type: 'AWS::CloudFront::Distribution',
    physicalId: 'E1',
    status: 'CREATE_COMPLETE',
    reason: '',
  }
  const known = {
    account: async () => '111122223333',
    stacks: {
      all: async (region: string) => {
        if (scene.noStacks === true) throw new Error('not in this test')
        return region === 'us-east-1' ? deployed : []
      },
      resources: async ({ name }: Stack) => stacks.get(name)?.resources ?? [distribution],
      again: async (stack: Stack) => {
        const found = stacks.get(stack.name)
        // Its creation ends meanwhile.
        if (found?.status === 'CREATE_IN_PROGRESS') found.status = 'CREATE_COMPLETE'
        return { ...stack, status: found?.status ?? 'DELETE_COMPLETE' }
      },
      remove: async ({ name }: Stack) => {
        calls.push(`delete ${name}`)
        if (scene.stuck?.includes(name)) stacks.set(name, { status: 'DELETE_FAILED', resources: [] })
        else stacks.delete(name)
      },
    },
    stackChanges: {
      describe: async (name: string, region: string) => {
        if (scene.noDescribe === true && calls.some(call => call.startsWith('create'))) throw new Error('expired')
        if (name === 'once-eu-west-1') return { outputs: { Url: 'https://api.example/v1' } }
        const found = stacks.get(name)
        return found && { name, region, id: name, reason: '', outputs: { Host: 'trial.example' }, status: found.status }
      },
    },
    proofs: {
      ...proofs,
      createStack: async (name: string, template: string) => {
        calls.push(`create ${name}`)
        expect(JSON.parse(template)).toHaveProperty('Resources')
        stacks.set(name, scene.trial ?? { status: 'CREATE_COMPLETE', resources: [] })
        if (scene.interrupted === true) interrupt.abort(new Error('interrupted'))
      },
    },
    cloudfront: { distribution: async () => facts.distribution && { ...facts.distribution, host } },
    tables: { describe: async (_: string, region: 'eu-west-1') => facts.links[region] },
    logs:
      scene.noLogs === true ? {} : { groups: async () => [{ name: '/once/edge', retentionDays: 90, createdAt: 0 }] },
    functions: { describe: async () => facts.edgeFunction },
    events: { schedulesOf: async () => ['rate(15 minutes)'] },
  }
  return withFailures(known) as unknown as Aws
}

/** Every call that is not known fails, so that its fact is unknown. */
function withFailures(known: Readonly<Record<string, unknown>>): object {
  const fail = () => Promise.reject(new Error('not in this test'))
  const service = (verbs: object) => new Proxy(verbs, { get: (target, verb) => Reflect.get(target, verb) ?? fail })
  return new Proxy(known, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name)
      return typeof found === 'function' ? found : service(found ?? {})
    },
  })
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

test('the exit code is 1 if the deployment relies on a "no", and 0 if it does not', async () => {
  expect(await prove({ acceptsSignature: false })).toMatchObject({ code: 1 })
  const unused = await prove({ curl: '403 1' })
  expect(unused.said).toMatch(/^no +client-header-curl/m)
  expect(unused.code).toBe(0)
})

test('the exit code is 2 if a call fails, and the other questions are answered', async () => {
  const { code, said } = await prove({ noLogs: true })
  expect(said).toMatch(/^not tried +edge-logs +failed: Error: not in this test/m)
  expect(said).toMatch(/^yes +replica-policies/m)
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
  const { code, noted } = await prove({ noStacks: true })
  expect({ code, noted }).toEqual({ code: 2, noted: "the stacks can't be read: Error: not in this test" })
})

test.each([
  [['--also', 'ipv5'], '--also: got "ipv5", allowed: ipv6, memory, strong, plan, logs'],
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
  const failed = { type: 'AWS::CloudFront::Distribution', physicalId: '', status: 'CREATE_FAILED' }
  const cancelled = { ...failed, type: 'AWS::IAM::Role', reason: 'Resource creation cancelled' }
  const resources = [{ ...failed, reason: 'The function has too much memory: 256' }, cancelled]
  const { said, stacks, code } = await prove(
    { trial: { status: 'CREATE_FAILED', resources } },
    '--also',
    'memory',
    '--yes',
  )
  expect(said).toMatch(/^no +memory .*too much memory: 256 -> edgeMemory: 128/m)
  expect({ stacks, code }).toEqual({ stacks: [], code: 0 })
})

test('what the account can not do is no answer', async () => {
  const reason = 'Your account must be verified before you can add new CloudFront resources'
  const resources = [{ type: 'AWS::CloudFront::Distribution', physicalId: '', status: 'CREATE_FAILED', reason }]
  const { said } = await prove({ trial: { status: 'CREATE_FAILED', resources } }, '--also', 'plan', '--yes')
  expect(said).toMatch(/^not tried +plan .*the account can't/m)
})

test('an interrupt deletes what was made', async () => {
  const { code, stacks, calls, said } = await prove(
    { interrupted: true, trial: { status: 'CREATE_IN_PROGRESS', resources: [] } },
    '--also',
    'ipv6',
    '--yes',
  )
  expect(calls).toContain('delete once-prove-ipv6')
  expect({ code, stacks, said }).toEqual({ code: 1, stacks: [], said: 'interrupted -> once prove asks all again' })
})

test('if a deletion can not begin, the answers are printed all the same, and how to delete', async () => {
  const { code, said, noted } = await prove({ noDescribe: true }, '--also', 'ipv6', '--yes')
  expect(said).toMatch(/^yes +signature/m)
  expect(said).toMatch(/^not tried +ipv6-spelling .*could not be made: expired/m)
  expect(noted).toContain('left: expired -> later: once prove --clean')
  expect(code).toBe(0)
})

test('--json is JSON without anything private, also where a text of AWS ends with a mail address', async () => {
  const reason = 'Not this of someone@example.com'
  const resources = [{ type: 'AWS::CloudFront::Distribution', physicalId: '', status: 'CREATE_FAILED', reason }]
  const trial = { status: 'CREATE_FAILED', resources }
  const { said } = await prove({ trial }, '--also', 'plan', '--yes', '--json')
  const { answers } = JSON.parse(said) as { answers: readonly { readonly id: string; readonly found?: string }[] }
  expect(answers.find(({ id }) => id === 'plan')?.found).toMatch(/Not this of MAIL$/)
  expect(said).not.toMatch(/someone|d111111abcdef8|111122223333|\/d\//)
})

test('what can not be deleted yet is said, found again, and deleted by --clean', async () => {
  const first = await prove({ stuck: ['once-prove-memory'] }, '--also', 'memory', '--yes')
  expect(first.noted).toContain('left: once-prove-memory -> later: once prove --clean')
  const again = await prove({ left: ['once-prove-memory'] }, '--also', 'memory', '--yes')
  expect(again).toMatchObject({
    code: 1,
    calls: [],
    said: 'an earlier run left once-prove-memory -> once prove --clean',
  })
  expect(await prove({ left: ['once-prove-memory'] }, '--clean')).toMatchObject({ code: 0, stacks: [] })
  const stuck = await prove({ left: ['once-prove-memory'], stuck: ['once-prove-memory'] }, '--clean')
  expect(stuck).toMatchObject({ code: 1, said: 'left: once-prove-memory -> later: once prove --clean' })
})
