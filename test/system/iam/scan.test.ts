import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  allowAll,
  evaluate,
  missingIamSimulate,
  type PolicyDocument,
  type Question,
  type Statement,
} from '../../support/iam/evaluate.ts'
import { rendered, rolePolicies } from '../../support/iam/template-policies.ts'
import { providerKeys, resourcesOf, synthesise, variants } from '../../support/infra/synthesised.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { missingPython, runPython } from '../../support/machine/python.ts'
import { scanTag } from '../../../shared/scan.ts'

const account = '111122223333'
const bucket = `arn:aws:s3:::once-content-${account}-eu-west-1-an`
const auth = { issuer: 'https://login.example.com', audience: 'links', jwks: providerKeys }
const issuers = [
  { id: 'desk', group: 'desk', prefixes: ['desk/', 'orders/'], verbs: ['issue', 'upload'] },
  { id: 'films', group: 'films', prefixes: ['films/'], verbs: ['issue'] },
]
const clean = 'NO_THREATS_FOUND'
const unscanned = ['UNSUPPORTED', 'FAILED', 'ACCESS_DENIED']
const results = [undefined, clean, 'THREATS_FOUND', ...unscanned, 'no_threats_found']
const everyone = ['cloudfront', 'links', 'exchange', 'uploads', 'issuer', 'operator', 'stranger', 'scanner'] as const
type Who = (typeof everyone)[number]

/** A request for a file, and whether it is right to allow it. */
interface Case {
  readonly who: Who
  readonly action: string
  readonly key?: string
  /** The result that the version has. */
  readonly result?: string | undefined
  /** The tags that the request sets. */
  readonly tags?: string[]
  readonly right: boolean
}

const readers = new Set<Who>(['cloudfront', 'links', 'exchange', 'issuer', 'operator', 'scanner'])
const uploaders = new Set<Who>(['uploads', 'issuer', 'operator'])
const copiers = new Set<Who>(['issuer', 'operator'])

/** Returns what each may do and may not. Whatever sets a tag without being asked for one asks for `s3:PutObjectTagging`: an upload, a copy. */
function casesOf(accepted: readonly string[]): readonly Case[] {
  const ofAll = (of: (who: Who) => readonly Case[]) => everyone.flatMap(of)
  const ways = ['Put', 'Delete'].flatMap(verb => [`${verb}ObjectTagging`, `${verb}ObjectVersionTagging`])
  return [
    ...ofAll(who =>
      results.flatMap(result => {
        const isOpen = who === 'scanner' || accepted.includes(result ?? 'none')
        const right = readers.has(who) && isOpen
        return ['GetObject', 'GetObjectVersion'].map(action => ({ who, action, result, right }))
      }),
    ),
    ...ofAll(who => [
      { who, action: 'GetObject', key: 'films/a.mp4', right: readers.has(who) && who !== 'scanner' },
      { who, action: 'PutObject', right: uploaders.has(who) },
      { who, action: 'PutObject', tags: [scanTag], right: false },
      { who, action: 'PutObject', tags: ['other', scanTag], right: false },
      { who, action: 'ReplicateObject', right: copiers.has(who) },
      { who, action: 'ReplicateTags', right: false },
      ...ways.map(action => ({ who, action, right: who === 'scanner' && action.startsWith('Put') })),
    ]),
    { who: 'issuer', action: 'GetObject', key: 'orders/b.pdf', right: false },
    { who: 'issuer', action: 'PutObjectTagging', key: 'orders/b.pdf', right: false },
    { who: 'issuer', action: 'PutObject', key: 'orders/b.pdf', tags: [scanTag], right: false },
  ]
}

/** The policy of the bucket, and what asks a case. */
function deploymentWith(scanUnsupported: 'refuse' | 'allow') {
  const { templates, remove } = synthesise({ ...variants.scanned, auth, issuers, scanUnsupported })
  afterAll(remove)
  const [{ id } = { id: '' }] = resourcesOf(templates, 'AWS::S3::Bucket', 'once-eu-west-1')
  const known = { [id]: bucket }
  const policies = rolePolicies(templates, account, known)
  const [found] = resourcesOf(templates, 'AWS::S3::BucketPolicy', 'once-eu-west-1')
  const policy = rendered(found?.Properties['PolicyDocument'], account, known) as PolicyDocument
  const ofRole = (name: string) => policies.filter(each => each.name.startsWith(`once-eu-west-1: ${name}Role`))
  const onBucket = { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: [bucket, `${bucket}/*`] } as const] }
  const identities: Readonly<Record<Who, Question['identityPolicies']>> = {
    cloudfront: [],
    links: ofRole('Apiprivatelinks'),
    exchange: ofRole('Apiprivateexchange'),
    uploads: ofRole('Apiprivateuploads'),
    issuer: [{ name: 'issuer', policy: onBucket }],
    operator: [{ name: 'operator', policy: allowAll }],
    stranger: [{ name: 'stranger', policy: allowAll }],
    scanner: ofRole('Scan'),
  }
  return { policy, ask: (of: Case, resourcePolicy = policy) => questionOf(of, { identities, resourcePolicy }) }
}

function questionOf(
  { who, action, key = 'desk/a.pdf', result, tags }: Case,
  {
    identities,
    resourcePolicy,
  }: { identities: Record<Who, Question['identityPolicies']>; resourcePolicy: PolicyDocument },
): Question {
  const home = who === 'stranger' ? '444455556666' : account
  const name = who === 'scanner' ? 'once-scan' : who
  const distribution = `arn:aws:cloudfront::${account}:distribution/arn:aws:other:eu-west-1:${account}:resource`
  return {
    principal: who === 'cloudfront' ? 'cloudfront.amazonaws.com' : `arn:aws:sts::${home}:assumed-role/${name}/session`,
    action: `s3:${action}`,
    resource: `${bucket}/${key}`,
    account,
    context: {
      'aws:SecureTransport': 'true',
      's3:TlsVersion': '1.3',
      ...(who === 'cloudfront'
        ? { 'aws:SourceArn': distribution }
        : { 'aws:PrincipalArn': `arn:aws:iam::${home}:role/${name}` }),
      ...(result !== undefined && { [`s3:ExistingObjectTag/${scanTag}`]: result }),
      ...(tags !== undefined && { 's3:RequestObjectTagKeys': tags }),
    },
    identityPolicies: identities[who],
    resourcePolicy,
  }
}

/** Returns the policy without one thing, for each: a statement that denies, one of its conditions, of its actions, or of its files. */
function weakened({ Statement: all }: PolicyDocument): readonly (readonly [string, PolicyDocument])[] {
  return all.flatMap((statement, at) => {
    const { Effect, Action = [], Resource = [], Condition = {} } = statement
    if (Effect !== 'Deny' || Action === 's3:*') return []
    const having = (change: Partial<Statement>) => ({ Statement: all.with(at, { ...statement, ...change }) })
    const fewer = (name: 'Action' | 'Resource', values: readonly string[]) =>
      values.length < 2
        ? []
        : values.map(each => [`${at} ${each}`, having({ [name]: values.filter(other => other !== each) })] as const)
    const conditions = Object.keys(Condition).map(operator => {
      const rest = Object.entries(Condition).filter(([other]) => other !== operator)
      return [`${at} ${operator}`, having({ Condition: Object.fromEntries(rest) })] as const
    })
    const without = { Statement: all.toSpliced(at, 1) }
    return [
      [`${at}`, without],
      ...conditions,
      ...fewer('Action', [Action].flat()),
      ...fewer('Resource', [Resource].flat()),
    ]
  })
}

/** Two evaluators that share no code. Each returns for each question whether it is allowed. */
const evaluators = {
  'iam-simulate': {
    missing: missingIamSimulate,
    async allow(questions: readonly Question[]): Promise<readonly boolean[]> {
      const decisions = []
      for (const question of questions) decisions.push((await evaluate(question)) === 'Allowed')
      return decisions
    },
  },
  'Principal Mapper': {
    missing: missingPython,
    async allow(questions: readonly Question[]): Promise<readonly boolean[]> {
      const file = join(temporaryFolder(), 'questions.json')
      writeFileSync(file, JSON.stringify(questions))
      const script = join(import.meta.dirname, '../../support/iam/principal-mapper.py')
      return JSON.parse(runPython(['-B', script, file], 120)) as boolean[]
    },
  },
}

describe.each(['refuse', 'allow'] as const)('with scanUnsupported "%s"', scanUnsupported => {
  const { policy, ask } = deploymentWith(scanUnsupported)
  const cases = casesOf(scanUnsupported === 'allow' ? [clean, ...unscanned] : [clean])
  const named = (of: Case) => JSON.stringify({ ...of, right: undefined })

  describe.each(Object.entries(evaluators))('says %s', (_, { missing, allow }) => {
    test.skipIf(missing !== undefined)(
      'only what the scan opened is read, and only GuardDuty says what that is',
      async () => {
        const decisions = await allow(cases.map(each => ask(each)))
        const allowed = cases.filter((__, index) => decisions[index])
        expect(allowed.map(named)).toEqual(cases.filter(({ right }) => right).map(named))
      },
    )

    test.skipIf(missing !== undefined)('no statement, condition, action or file of the policy is in vain', async () => {
      const policies = weakened(policy)
      expect(policies.length).toBeGreaterThan(15)
      const decisions = await allow(policies.flatMap(([, other]) => cases.map(each => ask(each, other))))
      const unnoticed = policies.filter(
        (__, at) => !cases.some(({ right }, index) => decisions[at * cases.length + index] !== right),
      )
      expect(unnoticed.map(([what]) => what)).toEqual([])
    })
  })
})
