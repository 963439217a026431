import { absent, atMost, both, contains, entry, type Guard, one } from './guard.ts'

/** `once-edge-` and the first part of the UUID at the end of the stack's id. */
const saltedName = {
  'Fn::Join': [
    '-',
    [
      'once-edge',
      {
        'Fn::Select': [
          0,
          { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] },
        ],
      },
    ],
  ],
}

const edge = {
  type: 'AWS::Lambda::Function',
  stack: 'once-us-east-1',
  id: /^EdgeRedeemerFunction/,
  in: 'home',
} as const
/** Guards of the edge function. */
export const edgeGuards: readonly Guard[] = [
  ...[
    ['runs Node.js 24 (trap 47)', 'Runtime', 'nodejs24.x', 'nodejs22.x'],
    ['is x86_64 (trap 49)', 'Architectures', ['x86_64'], ['arm64']],
    ['has no environment variables (trap 46)', 'Environment', absent, { Variables: { A: 'b' } }],
    ['is in no VPC', 'VpcConfig', absent, {}],
    ['has no layers', 'Layers', absent, ['l']],
    ['has no dead-letter queue', 'DeadLetterConfig', absent, {}],
    ['is not traced', 'TracingConfig', absent, { Mode: 'Active' }],
    ['has no KMS key for its code', 'KmsKeyArn', absent, 'k'],
    ['is not a container image', 'PackageType', absent, 'Image'],
    ['has the default disk space', 'EphemeralStorage', absent, { Size: 1024 }],
    ['reserves no concurrency', 'ReservedConcurrentExecutions', absent, 5],
    ['has a timeout of at most 5 s (trap 49)', 'Timeout', atMost(5), 30],
    ['has 128 MB, which AWS always allowed (trap 49)', 'MemorySize', 128, 512],
    ['logs to a group of the same name in every Region (trap 41)', 'LoggingConfig.LogGroup', '/once/edge', undefined],
  ].map(([title = '', name = '', is, without]) => ({
    title: `the edge function ${title as string}`,
    ...edge,
    path: `Properties.${name as string}`,
    is,
    without,
  })),
  {
    title: 'CloudFront may run the edge function',
    type: 'AWS::IAM::Role',
    stack: 'once-us-east-1',
    id: /^EdgeRedeemerRole/,
    in: 'home',
    path: 'Properties.AssumeRolePolicyDocument',
    is: contains('edgelambda.amazonaws.com'),
    without: {},
  },
  {
    title:
      'the edge function has a name that no stack before had, so that one that CloudFront still holds blocks nothing',
    ...edge,
    path: 'Properties.FunctionName',
    is: saltedName,
    without: 'once-edge',
  },
  ...['DeletionPolicy', 'UpdateReplacePolicy'].map(path => ({
    title: `the edge function is retained, because CloudFront keeps replicas: ${path} (trap 43)`,
    ...edge,
    path,
    is: 'Retain',
    without: 'Delete',
  })),
  {
    title: 'the edge may create its log group in every Region, and no other (trap 41)',
    type: 'AWS::IAM::Policy',
    stack: 'once-us-east-1',
    id: /^EdgeRedeemerRole/,
    in: 'home',
    path: 'Properties.PolicyDocument.Statement',
    is: one(
      both(
        entry('Action', one(contains('logs:CreateLogGroup'))),
        entry('Resource', contains('log-group:/once/edge:*')),
      ),
    ),
    without: [{ Action: ['logs:CreateLogGroup'], Resource: '*' }],
  },
  {
    title: 'versions of the edge function are retained, because CloudFront keeps replicas (trap 43)',
    type: 'AWS::Lambda::Version',
    stack: 'once-us-east-1',
    in: 'home',
    path: 'DeletionPolicy',
    is: 'Retain',
    without: 'Delete',
  },
  {
    title:
      'a version of the edge function has the key of its code as description, so that new code makes a new version',
    type: 'AWS::Lambda::Version',
    stack: 'once-us-east-1',
    in: 'home',
    path: 'Properties.Description',
    is: (value: unknown) => /^[0-9a-f]{64}\.zip$/.test(String(value)),
  },
]
