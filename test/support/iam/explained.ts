import type { Settings } from '../../../infra/settings/settings.ts'
import type { Permission } from './permissions.ts'

/** A permission that a deployment's life does not use, or that is wider than its calls, and why it is right nevertheless. */
export interface Explanation {
  /** What the name of the role contains. */
  readonly role: RegExp
  readonly action: RegExp
  readonly resource: RegExp
  readonly why: string
  /** Calls use it, and it is only wider than they need. Without this field no call uses it. */
  readonly isUsed?: true
}

/** Of every deployment. An explanation of a permission that calls need as it is fails the measurement, and so does one that would hide more. */
const always: readonly Explanation[] = [
  {
    role: /^once-(edge|(links|exchange|uploads)-us-east-1)$/,
    action: /^secretsmanager:GetSecretValue$/,
    resource: /:us-(?!east-1:)[^*]+$/,
    why: 'Each reads the nearest copy of the secret, and another one if that does not respond. Here all run in us-east-1.',
  },
  {
    role: /^once-links-us-east-1$/,
    action: /^dynamodb:(Scan|Query)$/,
    resource: /:us-(?!east-1:)[^*]+$/,
    why: 'A list comes from the nearest replica, and from the next one if that does not respond.',
  },
  {
    role: /^once-(private-)?exchange-/,
    action: /^dynamodb:GetItem$/,
    resource: /:table\/once-links$/,
    why: 'After a write whose response was lost, one read says whether the link still exists; before a refusal to an issuer, whose it is.',
  },
  {
    role: /^once-(private-)?uploads-/,
    action: /^dynamodb:DeleteItem$/,
    resource: /:table\/once-api-state/,
    why: 'If S3 does not begin an upload, its Idempotency-Key is free again.',
  },
  {
    role: /^once-edge$/,
    action: /^logs:(CreateLogGroup|CreateLogStream|PutLogEvents)$/,
    resource: /:log-group:\/once\/edge:\*$/,
    why: 'CloudFront chooses the Regions in which it runs.',
    isUsed: true,
  },
  {
    role: /EdgeWatchWatcherRole/,
    action: /^logs:PutRetentionPolicy$/,
    resource: /:log-group:\/once\/edge:\*$/,
    why: 'CloudFront chooses the Regions in which the edge function runs.',
    isUsed: true,
  },
  {
    role: /EdgeKeyscreateRole/,
    action: /^cloudfront:(ListDistributionsByKeyGroup|UpdateKeyGroup)$/,
    resource: /^\*$/,
    why: 'After a public key was lost, it adds a new one to the group and looks for the distributions that are to have it.',
  },
  {
    role: /EdgeKeysrotateRole/,
    action: /^cloudfront:(ListPublicKeys|DeletePublicKey)$/,
    resource: /^\*$/,
    why: 'It makes room in a key group that is full.',
  },
  {
    role: /EdgeKeyscreateRole/,
    action: /^cloudfront:GetDistribution$/,
    resource: /^arn:aws:cloudfront::\d+:distribution\/\*$/,
    why: 'After a public key was lost, it waits for the distributions that trust the key group.',
  },
  {
    role: /EdgeKeysrotateRole/,
    action: /^cloudfront:GetDistribution$/,
    resource: /^arn:aws:cloudfront::\d+:distribution\/\*$/,
    why: 'It waits for the distributions that trust the key group; they are made after its role.',
    isUsed: true,
  },
  {
    role: /ProviderframeworkonEvent/,
    action: /^lambda:InvokeFunction$/,
    resource: /:function:once-keys-create:\*$/,
    why: 'The CDK gives it: versions of the function, which has none.',
  },
  {
    role: /ProviderframeworkonEvent/,
    action: /^lambda:GetFunction$/,
    resource: /:function:once-keys-create$/,
    why: 'The CDK gives it: it asks for the state of a function that is not ready to be invoked.',
  },
  {
    role: /ReaderFunctionRole/,
    action: /^sqs:SendMessage$/,
    resource: /^arn:aws:sqs:[^*:]+:[^*:]+:[^*:]+$/,
    why: 'Lambda sends there what the function could not handle in six hours.',
  },
]

const otherReplica = /:us-(?!east-1:)[^*]+$/

/** Of mode `strong`, where the links are in every home Region. Here the nearest is us-east-1. */
const ofStrong: readonly Explanation[] = [
  {
    role: /^once-(edge|(private-)?(exchange|links)-us-east-1)$/,
    action: /^dynamodb:(DeleteItem|GetItem|PutItem|UpdateItem)$/,
    resource: otherReplica,
    why: 'The nearest replica is asked, and another one if that does not respond.',
  },
]

/** Of a private network. MiniStack makes no network interfaces and no flow logs. */
const ofPrivate: readonly Explanation[] = [
  {
    role: /^once-private-(links|exchange|uploads|authorizer)-/,
    action: /^ec2:(AssignPrivateIpAddresses|(Create|Delete)NetworkInterface|UnassignPrivateIpAddresses)$/,
    resource: /^arn:aws:ec2:us-east-1:\d+:\*\/\*$/,
    why: 'Lambda manages the interfaces of a function in a VPC with its role; this is the resource that its guide names.',
  },
  {
    role: /^once-private-(links|exchange|uploads|authorizer)-/,
    action: /^ec2:Describe(NetworkInterfaces|Subnets)$/,
    resource: /^\*$/,
    why: 'Lambda manages the interfaces of a function in a VPC with its role; AWS allows no resource.',
  },
  {
    role: /VpcFlowLogIAMRole/,
    action: /^logs:(CreateLogStream|DescribeLogStreams|PutLogEvents)$/,
    resource: /ApiNetworkFlows[^:]*:\*$/,
    why: 'The CDK gives it: the VPC writes its flow log with this role.',
  },
]

/** Of deployments with a bus. */
const ofEvents: readonly Explanation[] = [
  {
    role: /AlarmsActionsForwardingEventsRol/,
    action: /^events:PutEvents$/,
    resource: /:event-bus\/once$/,
    why: 'EventBridge forwards changes of alarms with it. Those of MiniStack are no events.',
  },
]

/** Of deployments that read their access log. MiniStack takes messages from the queue itself, not with the role of the function. */
const ofDeliveries: readonly Explanation[] = [
  {
    role: /EdgeDeliveriesFunctionRole/,
    action: /^sqs:(DeleteMessage|GetQueueAttributes|ReceiveMessage)$/,
    resource: /EdgeDeliveriesQueue[^*]*$/,
    why: 'Lambda reads the queue with the role of the function.',
  },
]

/** Of deployments that delete files. No call of theirs fails here. */
const ofFileEnds: readonly Explanation[] = [
  {
    role: /^once-schedules$|FileEndsFunctionRole/,
    action: /^sqs:SendMessage$/,
    resource: /:once-file-ends-failed$/,
    why: 'What could not be called, or failed three times, waits there for operators.',
  },
]

/** Of deployments with keys of their own. */
const ofCustomerKeys: readonly Explanation[] = [
  {
    role: /^once-(private-)?uploads-/,
    action: /^kms:(Decrypt|GenerateDataKey)$/,
    resource: /^arn:aws:kms:[^*]+$/,
    why: 'S3 encrypts and joins parts with the key, as the role. MiniStack encrypts nothing.',
  },
]

/** Returns the explanations for a deployment. */
export function explanationsFor(
  settings: Pick<Settings, 'mode' | 'network' | 'events' | 'deliveryProof' | 'encryption' | 'fileEnds'>,
): readonly Explanation[] {
  const { mode, network, events, deliveryProof, encryption, fileEnds } = settings
  return [
    ...always,
    ...(mode === 'strong' ? ofStrong : []),
    ...(network === 'private' ? ofPrivate : []),
    ...(events ? ofEvents : []),
    ...(deliveryProof ? ofDeliveries : []),
    ...(fileEnds ? ofFileEnds : []),
    ...(encryption === 'customer' ? ofCustomerKeys : []),
  ]
}

/** Returns the explanation of a permission of the role with this name. */
export function explanationOf(
  name: string,
  { action, resource }: Permission,
  explanations: readonly Explanation[],
): Explanation | undefined {
  return explanations.find(each => each.role.test(name) && each.action.test(action) && each.resource.test(resource))
}
