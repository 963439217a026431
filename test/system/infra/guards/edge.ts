import { absent, atMost, contains, type Guard } from './guard.ts'

const edge = { type: 'AWS::Lambda::Function', stack: '-edge', id: /^EdgeFunction/, in: 'home' } as const
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
    ['has no key for its code', 'KmsKeyArn', absent, 'k'],
    ['has no container', 'PackageType', absent, 'Image'],
    ['has no room of its own on disk', 'EphemeralStorage', absent, { Size: 1024 }],
    ['reserves no concurrency', 'ReservedConcurrentExecutions', absent, 5],
    ['takes 5 s at most (trap 49)', 'Timeout', atMost(5), 30],
    ['has 128 MB, which always was allowed (trap 49)', 'MemorySize', 128, 512],
    [
      'logs to the group that is called the same everywhere (trap 41)',
      'LoggingConfig.LogGroup',
      '/once/edge',
      undefined,
    ],
  ].map(([says = '', name = '', is, without]) => ({
    says: `the edge function ${says as string}`,
    ...edge,
    path: `Properties.${name as string}`,
    is,
    without,
  })),
  {
    says: 'CloudFront may run it',
    type: 'AWS::IAM::Role',
    stack: '-edge',
    id: /^EdgeRole/,
    in: 'home',
    path: 'Properties.AssumeRolePolicyDocument',
    is: contains('edgelambda.amazonaws.com'),
    without: {},
  },
  {
    says: 'a version is kept until CloudFront has let go of it (trap 43)',
    type: 'AWS::Lambda::Version',
    stack: '-edge',
    in: 'home',
    path: 'DeletionPolicy',
    is: 'Retain',
    without: 'Delete',
  },
]
