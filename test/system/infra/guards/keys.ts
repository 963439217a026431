import { absent, both, contains, entry, every, type Guard, one, present } from './guard.ts'

const secret = { type: 'AWS::SecretsManager::Secret', in: 'home' } as const
const dataKey = { type: 'AWS::KMS::Key', stack: 'once-keys-', in: 'customer' } as const
const statements = 'Properties.KeyPolicy.Statement'
const inKeysStack = (region: string) => contains(`"once-keys-${region}"`)

/** Guards of keys. */
export const keyGuards: readonly Guard[] = [
  {
    title: 'the secret is encrypted with a key of AWS, which is free',
    ...secret,
    path: 'Properties.KmsKeyId',
    is: absent,
    without: 'key',
  },
  {
    title: 'the secret is in us-east-1 and in the home Regions, and nowhere else',
    ...secret,
    in: 'three',
    path: 'Properties.ReplicaRegions',
    is: ['eu-west-1', 'eu-west-2', 'eu-central-1'].map(Region => ({ Region })),
  },
  {
    title: 'with one home Region, the first, the secret has no copy',
    ...secret,
    in: 'starter',
    path: 'Properties.ReplicaRegions',
    is: [],
    without: [{ Region: 'eu-west-1' }],
  },
  {
    title: 'with customer managed keys, the secret is encrypted with that of its Region',
    ...secret,
    in: 'customer',
    path: 'Properties.KmsKeyId',
    is: inKeysStack('us-east-1'),
  },
  {
    title: 'so is each copy',
    ...secret,
    in: 'customer',
    path: 'Properties.ReplicaRegions',
    is: every(both(entry('Region', 'eu-west-1'), entry('KmsKeyId', inKeysStack('eu-west-1')))),
    without: [{ Region: 'eu-west-1' }],
  },
  ...(['eu-west-1', 'us-east-1', 'ap-south-1'] as const).map(region => ({
    title: `so is each log group: ${region}`,
    type: 'AWS::Logs::LogGroup',
    stack: `once-${region}`,
    in: 'customer' as const,
    path: 'Properties.KmsKeyId',
    is: inKeysStack(region),
  })),
  {
    title: 'CloudWatch Logs may use the key for log groups of the account and Region only',
    ...dataKey,
    path: statements,
    is: one(
      both(
        entry('Sid', 'LogsThroughTheService'),
        entry('Condition.ArnLike', both(contains('kms:EncryptionContext:aws:logs:arn'), contains(':log-group:*'))),
      ),
    ),
    without: [],
  },
  { title: 'no key is in a template', ...secret, path: 'Properties.SecretString', is: absent, without: '{}' },
  {
    title: 'keys rotate automatically',
    type: 'AWS::SecretsManager::RotationSchedule',
    in: 'home',
    path: 'Properties.RotationRules.ScheduleExpression',
    is: 'rate(30 days)',
  },
  {
    title: 'no rotation starts while the first keys are created',
    type: 'AWS::SecretsManager::RotationSchedule',
    in: 'home',
    path: 'Properties.RotateImmediatelyOnUpdate',
    is: false,
    without: true,
  },
  {
    title: 'old keys are retired every day',
    type: 'AWS::Events::Rule',
    id: /^EdgeKeysEveryDay/,
    in: 'home',
    path: 'Properties.State',
    is: 'ENABLED',
    without: 'DISABLED',
  },
  {
    title: 'the functions of keys know the kind of key',
    type: 'AWS::Lambda::Function',
    id: /^EdgeKeys(create|rotate|retire|invalidatelinks)/,
    in: 'home',
    path: 'Properties.Environment.Variables',
    is: entry('KEY_SPEC', 'P-256'),
    without: {},
  },
  {
    title: 'a key is deleted with its stack, or it would be billed for ever',
    ...dataKey,
    path: 'DeletionPolicy',
    is: 'Delete',
    without: 'Retain',
  },
  {
    title: 'customer managed keys rotate automatically',
    ...dataKey,
    path: 'Properties.EnableKeyRotation',
    is: true,
  },
  {
    title: 'only services get grants of a key',
    ...dataKey,
    path: statements,
    is: one(both(entry('Effect', 'Deny'), entry('Action', 'kms:CreateGrant'))),
    without: [],
  },
  ...(['TablesThroughTheService', 'SecretThroughTheService'] as const).map(sid => ({
    title: `callers use a key through a service that stores data: ${sid}`,
    ...dataKey,
    path: statements,
    is: one(both(entry('Sid', sid), contains(sid.startsWith('Tables') ? 'dynamodb.' : 'secretsmanager.'))),
    without: [{ Sid: sid }],
  })),
  {
    title: 'in no other way may callers use it without a permission of their own',
    ...dataKey,
    path: statements,
    is: (all: unknown) =>
      (all as object[])
        .filter(entry('Effect', 'Allow'))
        .filter(entry('Principal.AWS', '*'))
        .every(both(contains('kms:ViaService'), contains('kms:CallerAccount'))),
    without: [{ Effect: 'Allow', Principal: { AWS: '*' } }],
  },
  {
    title: "CloudFront may decrypt files of the bucket, for this account's distributions, and nothing else (trap 50)",
    ...dataKey,
    stack: 'once-keys-eu-west-1',
    path: statements,
    is: one(
      both(
        both(entry('Action', 'kms:Decrypt'), entry('Principal.Service', 'cloudfront.amazonaws.com')),
        both(
          entry('Condition.StringLike.AWS:SourceArn', both(contains('AWS::AccountId'), contains(':distribution/*'))),
          entry('Condition.StringLike.kms:EncryptionContext:aws:s3:arn', every(contains(':s3:::once-content-'))),
        ),
      ),
    ),
    without: [{ Action: 'kms:Decrypt', Principal: { Service: 'cloudfront.amazonaws.com' } }],
  },
  {
    title: 'where there are no files, CloudFront may not use the key',
    ...dataKey,
    stack: 'once-keys-us-east-1',
    path: statements,
    is: (all: unknown) => present(all) && !contains('cloudfront')(all),
    without: [{ Principal: { Service: 'cloudfront.amazonaws.com' } }],
  },
]
