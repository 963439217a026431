import { contains, both, type Guard } from './guard.ts'

/** The functions that a caller of the api reaches. */
const api = { in: 'private', type: 'AWS::Lambda::Function', id: /^Apiprivate(links|exchange)/ } as const

/** Deployments with an audit, and the stack of their api. */
const audited = [
  ['private', 'once-eu-west-1'],
  ['audited', 'once-us-east-1'],
] as const

/** Guards of the audit, of which one is in eu-west-1, in a private network, and one in us-east-1. */
export const auditGuards: readonly Guard[] = [
  {
    title: 'the functions of the api know the bus of the audit',
    ...api,
    path: 'Properties.Environment.Variables.AUDIT_BUS',
    is: 'once',
  },
  {
    title: 'without an audit, the functions of the api know no bus',
    ...api,
    in: 'home',
    id: /^Api(links|exchange)/,
    path: 'Properties.Environment.Variables',
    is: (variables: unknown) => !contains('AUDIT_BUS')(variables),
    without: { AUDIT_BUS: 'once' },
  },
  ...audited.flatMap(([variant, stack]): readonly Guard[] => [
    {
      title: `there is a bus for the audit in ${stack}`,
      in: variant,
      stack,
      type: 'AWS::Events::EventBus',
      path: 'Properties.Name',
      is: 'once',
    },
    {
      title: `a change of the settings is an event in ${stack}`,
      in: variant,
      stack,
      type: 'Custom::AWS',
      id: /SettingsEvent/,
      path: 'Properties',
      is: both(contains('PutEvents'), both(contains('configure'), contains('deletionProtection'))),
      without: {},
    },
    {
      title: `no mail address is in an event of ${stack}`,
      in: variant,
      stack,
      type: 'Custom::AWS',
      id: /SettingsEvent/,
      path: 'Properties',
      is: (properties: unknown) => !contains('alarmEmail')(properties),
      without: { alarmEmail: 'ops@example.com' },
    },
  ]),
  {
    title: 'a private api reaches the bus through an endpoint',
    in: 'private',
    type: 'AWS::EC2::VPCEndpoint',
    id: /NetworkEvents/,
    path: 'Properties',
    is: both(contains('.events'), contains('"PrivateDnsEnabled":true')),
    without: { PrivateDnsEnabled: false },
  },
]
