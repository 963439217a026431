import { absent, both, contains, entry, type Guard, one, present } from './guard.ts'

const vpc = { stack: '-api-', in: 'private' } as const
/** What the functions of the api do, by table and index. */
const waysToDynamoDb = {
  'once-links': ['DeleteItem', 'GetItem', 'PutItem', 'Scan', 'UpdateItem'].map(action => `dynamodb:${action}`),
  'once-links/index/byReference': 'dynamodb:Query',
  'once-api-state': ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
}
/** The ARN of a table or an index, whatever is before its name. */
const endsIn = (resource: string) => (value: unknown) => JSON.stringify(value ?? '').includes(`:table/${resource}"`)
const doors = ['secretsmanager', 'kms', 'execute-api']
/** Guards of the private network. */
export const privateGuards: readonly Guard[] = [
  {
    says: 'a private api is private',
    ...vpc,
    type: 'AWS::ApiGateway::RestApi',
    path: 'Properties.EndpointConfiguration.Types',
    is: ['PRIVATE'],
    without: ['REGIONAL'],
  },
  {
    says: 'a private api denies whoever does not come through the endpoint',
    ...vpc,
    type: 'AWS::ApiGateway::RestApi',
    path: 'Properties.Policy.Statement',
    is: one(
      both(
        both(entry('Effect', 'Deny'), entry('Principal.AWS', '*')),
        entry('Condition.StringNotEquals.aws:SourceVpce', present),
      ),
    ),
    without: [],
  },
  {
    says: 'its functions are in the VPC',
    ...vpc,
    type: 'AWS::Lambda::Function',
    id: /^(links|exchange)/,
    path: 'Properties.VpcConfig.SubnetIds',
    is: present,
  },
  {
    says: 'its subnets are private',
    ...vpc,
    type: 'AWS::EC2::Subnet',
    path: 'Properties.MapPublicIpOnLaunch',
    is: false,
    without: true,
  },
  {
    says: 'functions send HTTPS and nothing else',
    ...vpc,
    type: 'AWS::EC2::SecurityGroup',
    id: /Functions/,
    path: 'Properties.SecurityGroupEgress',
    without: [{ IpProtocol: '-1' }],
    is: (rules: unknown) =>
      (rules as object[]).length === 1 && entry('0.FromPort', 443)(rules) && entry('0.ToPort', 443)(rules),
  },
  {
    says: 'nothing comes in to functions',
    ...vpc,
    type: 'AWS::EC2::SecurityGroup',
    id: /Functions/,
    path: 'Properties.SecurityGroupIngress',
    is: absent,
    without: [{}],
  },
  ...Object.entries(waysToDynamoDb).map(([resource, actions]) => ({
    says: `the way to DynamoDB leads to ${resource} for nothing but what is done there`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: /NetworkDynamoDb/,
    path: 'Properties.PolicyDocument.Statement',
    is: one(both(entry('Action', actions), entry('Resource', endsIn(resource)))),
    without: [{ Action: 'dynamodb:*', Effect: 'Allow', Principal: { AWS: '*' }, Resource: `:table/${resource}` }],
  })),
  ...['dynamodb', 's3'].map(service => ({
    says: `the way to ${service} is a gateway endpoint that leads to what is ours`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: new RegExp(service === 's3' ? 'NetworkS3' : 'NetworkDynamoDb'),
    path: 'Properties',
    is: both(both(entry('VpcEndpointType', 'Gateway'), contains(`.${service}`)), contains('once-')),
    without: { VpcEndpointType: 'Gateway', ServiceName: `com.amazonaws.eu-west-1.${service}` },
  })),
  ...doors.map(service => ({
    says: `${service} is reached by an interface endpoint`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: new RegExp({ secretsmanager: 'SecretsManager', kms: 'Kms', 'execute-api': 'Api' }[service] ?? ''),
    path: 'Properties',
    is: both(entry('VpcEndpointType', 'Interface'), both(contains(service), entry('PrivateDnsEnabled', true))),
    without: { VpcEndpointType: 'Interface', ServiceName: service, PrivateDnsEnabled: false },
  })),
]
