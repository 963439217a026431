import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { auditor, issuer } from '../../../infra/policies/callers.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import operator from '../../../infra/policies/operator.json' with { type: 'json' }
import workflowRole from '../../../infra/policies/workflow-role.json' with { type: 'json' }

const root = join(import.meta.dirname, '../../..')

/** A statement of a policy. */
interface Statement {
  readonly Sid: string
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: object
}

/** The names of the statements of the operator that the workflow of a command has. */
const namesFor = (command: string) =>
  workflowRole.Resources.Role.Properties.Policies.flatMap(({ PolicyName, PolicyDocument }) =>
    PolicyName === command ? PolicyDocument.Statement : [],
  )
const ofWorkflow = (command: string) => operator.Statement.filter(({ Sid }) => namesFor(command).includes(Sid))
const deployer = ofWorkflow('deploy')
const remover = ofWorkflow('teardown')
const policies: Readonly<Record<string, readonly Statement[]>> = {
  issuer: issuer.Statement,
  auditor: auditor.Statement,
  operator: operator.Statement,
  deployer,
  remover,
}
const all = Object.entries(policies)

/** Returns each action with each of its resources and the condition, as lines. */
const permissionsOf = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap(statement =>
    statement.Action.flatMap(action =>
      statement.Resource.map(resource => `${action} ${resource} ${JSON.stringify(statement.Condition ?? '')}`),
    ),
  )

const actionsOf = (statements: readonly Statement[]) => new Set(statements.flatMap(({ Action }) => Action))

describe('the policies in policies/', () => {
  test.each(all)('%s allows actions by name, and one statement allows each', (_, statements) => {
    const actions = statements.flatMap(({ Action }) => Action)
    expect(actions.filter(action => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action))).toEqual([])
    const permissions = permissionsOf(statements)
    expect(new Set(permissions).size).toBe(permissions.length)
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length)
    expect(statements.filter(({ Effect }) => Effect !== 'Allow')).toEqual([])
  })

  test.each(all)('%s names account and deployment where AWS knows them', (_, statements) => {
    const wide = statements.flatMap(statement =>
      statement.Resource.filter(resource => !resource.includes('${Name}') && !resource.includes('${ApiId}')).map(
        resource => `${statement.Sid}: ${resource}`,
      ),
    )
    // Lists, and things whose names AWS chooses.
    const acknowledged = [
      /^(WhoseCredentials|Lists|ListNames|ListLeftovers|DriftStatus): \*$/,
      /^DeployAsTheCdk: arn:aws:iam::\$\{Account\}:role\/cdk-hnb659fds-(deploy|file-publishing)-role-\$\{Account\}-\*$/,
      /^ReadBootstrap: arn:aws:cloudformation:\*:\$\{Account\}:stack\/CDKToolkit\/\*$/,
      /^ReadDistribution: arn:aws:cloudfront::\$\{Account\}:distribution\/\*$/,
      /^(ReadKeys|DeleteKeys|KeysOfCopies|UseKeysOf(Secret|Files)): arn:aws:kms:\*:\$\{Account\}:key\/\*$/,
      /^(ReadApis|FindTheApi): arn:aws:apigateway:(\*|\$\{Region\})::\/(account|restapis(\/\*\/stages)?)$/,
      /^ReadFirewall: arn:aws:wafv2:us-east-1:\$\{Account\}:global\/webacl\/\*$/,
      /^ReadScan: arn:aws:guardduty:\*:\$\{Account\}:malware-protection-plan\/\*$/,
      /^ReadAlarms: arn:aws:cloudwatch:\*:\$\{Account\}:alarm:\*$/,
      /^ReadCertificate: arn:aws:acm:us-east-1:\$\{Account\}:certificate\/\*$/,
      /^ReadZone: arn:aws:route53:::hostedzone\/\*$/,
      /^IssueFirstLink: arn:aws:execute-api:\*:\$\{Account\}:\*\/v1\/POST\/links$/,
      /^DeleteLogs: arn:aws:logs:\*:\$\{Account\}:log-group:(API-Gateway-Execution-Logs_|\/aws\/cloudfront\/LambdaEdge\/)\*$/,
    ]
    expect(wide.filter(line => !acknowledged.some(pattern => pattern.test(line)))).toEqual([])
  })

  test('the operator may call what our commands call, and nothing else', () => {
    expect([...actionsOf(policies['operator'] ?? [])].toSorted()).toEqual([...calledActions()].toSorted())
  })

  test.each(['operator', 'auditor'])(
    '%s names all buckets of a deployment where it names those beside the files',
    name => {
      const buckets = Object.entries(physicalNames('${Name}', '${Account}'))
        .filter(([key]) => key.endsWith('Bucket'))
        .map(([, of]) => (typeof of === 'function' ? of('*' as never, '*' as never) : of).replace('us-east-1', '*'))
      const lists = (policies[name] ?? [])
        .map(({ Resource }) => Resource.map(arn => /^arn:aws:s3:::([^/]+)/.exec(arn)?.[1]))
        .filter(list => list.includes('${Name}-error-pages-${Account}-*-an'))
      expect(lists.length).toBeGreaterThan(0)
      for (const list of lists) expect(new Set(list)).toEqual(new Set(buckets))
    },
  )

  test('the deploy role has no permission that ends a deployment', () => {
    expect(deployer.map(({ Sid }) => Sid).toSorted()).toEqual(namesFor('deploy').toSorted())
    const actions = [...actionsOf(deployer)].filter(action => /Delete|Remove|Schedule|Restore/.test(action))
    expect(actions).toEqual(['cloudformation:DeleteStack'])
  })

  test('the teardown role acts as no other role, and reads no secret, no file and no link', () => {
    expect(remover.map(({ Sid }) => Sid).toSorted()).toEqual(namesFor('teardown').toSorted())
    const reading = /AssumeRole|Create|Put|Invoke|GetSecretValue|GetObject|GetItem|Scan|Query|Decrypt/
    expect([...actionsOf(remover)].filter(action => reading.test(action))).toEqual([])
  })

  test('the auditor reads, and reads neither a secret nor a file', () => {
    const reading = /^(\w+:(Get|List|Describe|BatchDescribe|Detect)\w+|apigateway:GET|execute-api:Invoke)$/
    const actions = [...actionsOf(policies['auditor'] ?? [])]
    expect(actions.filter(action => !reading.test(action))).toEqual([])
    expect(actions.filter(action => /GetSecretValue|GetObject|GetItem|Decrypt/.test(action))).toEqual([])
    const methods = permissionsOf(policies['auditor'] ?? []).filter(line => line.startsWith('execute-api'))
    expect(methods.map(line => /v1\/(\S+)/.exec(line)?.[1])).toEqual(['GET/links', 'GET/links/*'])
  })
})

/** The actions of calls whose names differ (AWS, "Service Authorization Reference"). */
const renamed: Readonly<Record<string, readonly string[]>> = {
  's3:DeleteObjects': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  's3:GetBucketCors': ['s3:GetBucketCORS'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:GetBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:ListMultipartUploads': ['s3:ListBucketMultipartUploads'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  'lambda:Invoke': ['lambda:InvokeFunction'],
  'apigateway:GetAccount': ['apigateway:GET'],
  'apigateway:GetStages': ['apigateway:GET'],
  'apigateway:GetRestApis': ['apigateway:GET'],
}

/**
 * What AWS also asks for: the call that is signed without the SDK, the CDK's roles, uploads of files, keys, links, and what DynamoDB and CloudFormation do to restore and compare; and
 * the rotation that the doctor says to start.
 */
const beside = [
  'guardduty:GetMalwareProtectionPlan',
  'secretsmanager:RotateSecret',
  'cloudformation:BatchDescribeTypeConfigurations',
  'cloudformation:DetectStackResourceDrift',
  'sts:AssumeRole',
  's3:PutObject',
  's3:ListMultipartUploadParts',
  'execute-api:Invoke',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'kms:CreateGrant',
  ...['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(name => `dynamodb:${name}`),
]

const services: Readonly<Record<string, string>> = {
  'api-gateway': 'apigateway',
  'cloudwatch-logs': 'logs',
  eventbridge: 'events',
  'route-53': 'route53',
  'secrets-manager': 'secretsmanager',
}

/** Returns the actions of all calls in the adapters of AWS, but those of `once prove`, which its page lists. */
function calledActions(): ReadonlySet<string> {
  const folder = join(root, 'cli/adapters/aws')
  const calls = readdirSync(folder)
    .filter(name => name !== 'proofs.ts')
    .flatMap(name => callsIn(readFileSync(join(folder, name), 'utf8')))
  return new Set([...calls.flatMap(call => renamed[call] ?? [call]), ...beside])
}

function callsIn(source: string): readonly string[] {
  return [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g)].flatMap(
    ([, names = '', client = '']) =>
      [...names.matchAll(/\b(?:([A-Z]\w+)Command|paginate([A-Z]\w+))\b/g)].map(
        ([, command, paginated]) => `${services[client] ?? client}:${command ?? paginated}`,
      ),
  )
}
