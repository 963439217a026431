import { describe, expect, test } from 'vitest'
import { type Finding, runCheck } from '../../../cli/deployment/doctor/check.ts'
import { checks } from '../../../cli/deployment/doctor/doctor.ts'
import type { ConstructUse } from '../../../cli/deployment/doctor/construct-use.ts'
import type { CollectedFacts, Facts } from '../../../cli/deployment/doctor/facts.ts'
import type { WebAcl } from '../../../cli/ports/aws-cloudfront.ts'
import { redactedFields } from '../../../shared/secrets/secret-headers.ts'
import type { SettingsInput } from '../../../infra/settings/settings.ts'
import { expectedOf, goodFacts, type Mutable } from './facts.ts'

// Deployments of a construct in a stack of yours: its bucket, key and distribution may be yours.

const key = 'arn:aws:kms:eu-west-1:111122223333:key/k1'
const content = { bucket: 'files', region: 'eu-west-1', account: '111122223333', key, uploads: true }
const stack = { name: 'Site', region: 'eu-west-1' } as const
const own: ConstructUse = { stack, distribution: { stack: 'Site', region: 'eu-west-1' }, content }
const added: ConstructUse = { ...own, distribution: { ...own.distribution, prefixes: ['reports/'] } }
const theirs = '222222222222'

/** The ARN of a version of the edge function; links call the seventh. */
const edgeArn = (version: number) => `arn:aws:lambda:us-east-1:111122223333:function:once-edge-0123abcd:${version}`
const edgeStack = (facts: Mutable<Facts>) => facts.stacks.find(({ name }) => name === 'once-us-east-1')!

type Change = (facts: Mutable<Facts>) => unknown

/** Returns the findings of all checks on good facts of a use after `change`. */
function findingsOf(
  used: ConstructUse,
  change: Change = () => undefined,
  settings: Partial<SettingsInput> = {},
): readonly Finding[] {
  const expected = expectedOf(settings, used)
  const facts = goodFacts(expected)
  const version = { type: 'AWS::Lambda::Version', physicalId: edgeArn(7), status: 'CREATE_COMPLETE', reason: '' }
  edgeStack(facts).resources = [version]
  facts.alarms = facts.alarms.filter(({ name }) => name !== 'once-distribution-5xx')
  if (used.distribution.prefixes !== undefined) beSite(facts)
  change(facts)
  const known = Object.entries(facts).map(([name, value]) => [name, { kind: 'known', value }])
  const collected = Object.fromEntries(known) as CollectedFacts
  return checks.flatMap(check => runCheck(check, collected, expected))
}

/** Makes the distribution one of a site, which has a host, a firewall and behaviours of its own. */
function beSite({ distribution, answers }: Mutable<Facts>) {
  const [links, , files] = distribution!.behaviours
  const site = {
    ...links!,
    path: '*',
    origin: 'site.s3.eu-west-1.amazonaws.com',
    functions: [],
    protocol: 'redirect-to-https',
  }
  distribution!.behaviours = [links!, { ...files!, path: '/reports/*' }, site]
  answers!.file = { status: 200, mark: undefined }
}

/** Attaches a web ACL of the company, and returns it. */
const withAcl = (facts: Mutable<Facts>): Mutable<WebAcl> => {
  const arn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/company/2'
  facts.distribution!.webAcl = arn
  return (facts.webAcl = { arn, name: 'company', keepsSamples: false, logsWithout: undefined })
}

const problemsIn = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== 'ok')

test.each(Object.entries({ own, added }))(
  'a distribution, %s, as the construct makes it: nothing is reported',
  (_, used) => {
    expect(problemsIn(findingsOf(used))).toEqual([])
  },
)

test.each([8, undefined])('old versions may stay for any time that is longer than links: %s days', days => {
  expect(problemsIn(findingsOf(own, f => (f.content!.oldVersionDays = days)))).toEqual([])
})

test('a bucket that takes no uploads needs no rules for them', () => {
  const use = { ...own, content: { ...content, uploads: false } }
  const change: Change = f => Object.assign(f.content!, { takesUploads: false, abortsUploads: false })
  expect(problemsIn(findingsOf(use, change))).toEqual([])
  const theirBucket = { ...use, content: { ...use.content, account: theirs } }
  const { todo } = problemsIn(findingsOf(theirBucket, f => (f.content = undefined)))[0]!
  expect(todo).toMatch(/BucketStatement of the distribution/)
})

test('the stack of yours is in the place of that of its Region, and no other is missing', () => {
  const findings = findingsOf(own, f => (f.stacks = f.stacks.filter(({ name }) => name !== 'Site')))
  expect(problemsIn(findings).map(({ found }) => found)).toContain('Site is not in eu-west-1')
})

/** Each row: the check that must report the problem, the verdict, the message, the change, and the use. */
const problems: readonly (readonly [string, 'fail' | 'warn', RegExp, Change, ConstructUse?])[] = [
  ['content-bucket', 'fail', /there is no bucket files/, f => (f.content = undefined)],
  ['content-bucket', 'fail', /files does not allow distribution E1: files return 403/, f => (f.content!.policy = '{}')],
  ['content-bucket', 'warn', /files does not block public access/, f => (f.content!.blocksPublicAccess = false)],
  ['content-bucket', 'warn', /files keeps no versions/, f => (f.content!.versioned = false)],
  [
    'content-bucket',
    'warn',
    /deletes an old version after 7 days, but links need it for up to 8/,
    f => (f.content!.oldVersionDays = 7),
  ],
  ['content-bucket', 'warn', /CORS rules of files let no page send/, f => (f.content!.takesUploads = false)],
  ['content-bucket', 'warn', /files keeps the parts of uploads/, f => (f.content!.abortsUploads = false)],
  ['content-bucket', 'warn', /also allows distribution E2/, f => (f.content!.policy += ':distribution/E2')],
  [
    'content-bucket',
    'warn',
    /the bucket files is of account 222222222222/,
    f => (f.content = undefined),
    { ...own, content: { ...content, account: theirs } },
  ],
  ['content-key', 'fail', /does not allow distribution E1/, f => (f.contentKey = '{}')],
  ['content-key', 'fail', /there is no key/, f => (f.contentKey = undefined)],
  [
    'content-key',
    'warn',
    /is of account 222222222222, whose policies can't be read/,
    f => (f.contentKey = undefined),
    { ...own, content: { ...content, key: key.replace('111122223333', theirs) } },
  ],
  ['behaviours', 'fail', /no behaviour \/reports\/\*/, f => f.distribution!.behaviours.splice(1, 1), added],
  ['behaviours', 'fail', /signatures of other keys/, f => (f.distribution!.behaviours[1]!.keyGroups = ['X']), added],
  ['behaviours', 'fail', /not behind once-gate/, f => (f.distribution!.behaviours[1]!.cloudFrontFunctions = []), added],
  [
    'behaviours',
    'fail',
    /^\* serves files without a signature/,
    f => (f.distribution!.behaviours[2]!.origin = 'files.s3.eu-west-1.amazonaws.com'),
    added,
  ],
  [
    'deployed-settings',
    'fail',
    /once-us-east-1 was deployed with mode "strong", your stack with "home"/,
    f => (f.deployed!['mode'] = 'strong'),
  ],
  ['deployed-settings', 'fail', /does not say its settings/, f => (f.deployed = undefined)],
  [
    'edge-version',
    'fail',
    /calls arn:\S+:7, but the newest version is arn:\S+:8/,
    f => (edgeStack(f).resources[0]!.physicalId = edgeArn(8)),
  ],
  ['answers', 'fail', /not the edge's/, f => (f.answers!.link = { status: 404, mark: undefined }), added],
  ['web-acl', 'warn', /keeps samples/, f => (withAcl(f).keepsSamples = true), added],
  ['web-acl', 'warn', /logs requests/, f => (withAcl(f).logsWithout = [])],
  ['access-logs', 'warn', /legacy access log/, f => (f.distribution!.oldLog = true), added],
  [
    'access-logs',
    'fail',
    /\/reports\/\* has a real-time log/,
    f => (f.distribution!.behaviours[1]!.realtimeLog = true),
    added,
  ],
  ['stack-protection', 'warn', /Site in eu-west-1 has no/, f => f.stacks.forEach(each => (each.isProtected = false))],
]

test('of a distribution of yours, nothing is asked for that the construct does not make', () => {
  const findings = findingsOf(
    added,
    f => {
      f.logDeliveries = []
      f.distribution!.behaviours[2]!.realtimeLog = true
    },
    { accessLogs: true, ipv6: true, http3: true },
  )
  expect(problemsIn(findings)).toEqual([])
})

test('a log of a web ACL may have requests without what is secret of them', () => {
  expect(problemsIn(findingsOf(added, f => (withAcl(f).logsWithout = [...redactedFields])))).toEqual([])
  const findings = findingsOf(added, f => (withAcl(f).logsWithout = redactedFields.slice(1)))
  expect(problemsIn(findings)).toMatchObject([
    { found: expect.stringContaining('logs requests with uriPath,') as string },
  ])
})

test('no advice about a web ACL of yours is one that only a deployment could follow', () => {
  const findings = findingsOf(added, f => Object.assign(withAcl(f), { keepsSamples: true, logsWithout: [] }))
  expect(problemsIn(findings).map(({ todo }) => todo)).toEqual([
    expect.stringMatching(/^turn sampled requests of company and of its rules off, or/),
    expect.stringMatching(/^redactedFields of the log of company: uriPath, .*once-passphrase.*; or let/),
  ])
})

test('a table of yours that lost its protection gets it back by a call, because no deployment repeats one', () => {
  const todo = 'aws dynamodb update-table --deletion-protection-enabled --region eu-west-1 --table-name once-links'
  const findings = findingsOf(own, f => (f.links['eu-west-1']!.deletionProtected = false))
  expect(problemsIn(findings)).toMatchObject([{ check: 'table-protection', verdict: 'fail', todo }])
})

describe('a problem is reported with its severity and with what to do', () => {
  test.each(problems.map(row => [`${row[0]}: ${String(row[2]).slice(1, -1)}`, row] as const))('%s', (_, row) => {
    const [name, verdict, message, change, used = own] = row
    const findings = findingsOf(used, change).filter(finding => finding.check === name)
    expect(findings.find(({ found }) => message.test(found))).toMatchObject({
      verdict,
      todo: expect.stringMatching(/./) as string,
    })
  })
})

test('a bucket and a key of yours may allow every distribution of an account', () => {
  const any = '{"AWS:SourceArn":"arn:aws:cloudfront::111122223333:distribution/*"}'
  const findings = findingsOf(own, f => void ([f.content!.policy, f.contentKey] = [any, any]))
  expect(problemsIn(findings).map(({ verdict, found }) => [verdict, found])).toEqual([
    ['warn', 'files also allows distribution *'],
  ])
})

test('without a list of issuers, the doctor says who may issue', () => {
  const none = findingsOf(own, f => (f.linksFunctions['eu-west-1']!.issuers = 0))
  expect(none.find(({ check }) => check === 'issuers')).toMatchObject({
    verdict: 'ok',
    found: expect.stringMatching(/every IAM principal that may call the api issues for every key/) as string,
  })
})
