import { absent, both, contains, entry, type Guard, one, present } from './guard.ts'

const vpc = { stack: 'once-eu-west-1', in: 'private' } as const

/** The actions of the api's functions, by table and index. */
const dynamoDbActions = {
  'once-links': ['DeleteItem', 'GetItem', 'PutItem', 'Scan', 'UpdateItem'].map(action => `dynamodb:${action}`),
  'once-links/index/byReference': 'dynamodb:Query',
  'once-api-state': ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
}

/** Matches the ARN of a table or an index. */
const isTableArn = (resource: string) => (value: unknown) => JSON.stringify(value ?? '').includes(`:table/${resource}"`)
/** Matches the ARN of the bucket, followed by `objects`. */
const isBucketArn = (objects: string) => both(contains(':s3:::once-content-'), contains(`-eu-west-1-an${objects}"`))
const interfaceServices = ['secretsmanager', 'execute-api']

/** Guards of the private network. */
export const privateGuards: readonly Guard[] = [
  {
    title: 'a private api is private',
    ...vpc,
    type: 'AWS::ApiGateway::RestApi',
    path: 'Properties.EndpointConfiguration.Types',
    is: ['PRIVATE'],
    without: ['REGIONAL'],
  },
  {
    title: 'a private api denies requests that don’t come through the endpoint',
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
    title: 'the functions of a private api are in the VPC',
    ...vpc,
    type: 'AWS::Lambda::Function',
    id: /^Apiprivate(links|exchange|uploads)/,
    path: 'Properties.VpcConfig.SubnetIds',
    is: present,
  },
  {
    title: 'the subnets of the VPC are private',
    ...vpc,
    type: 'AWS::EC2::Subnet',
    path: 'Properties.MapPublicIpOnLaunch',
    is: false,
    without: true,
  },
  ...[1, 2].map(number => ({
    title: `each subnet stays in the zone that the settings name for it: ${number}`,
    ...vpc,
    type: 'AWS::EC2::Subnet',
    id: new RegExp(`Subnet${number}`),
    path: 'Properties.AvailabilityZone',
    is: `eu-west-1${number === 1 ? 'a' : 'b'}`,
  })),
  {
    title: 'functions may send HTTPS only',
    ...vpc,
    type: 'AWS::EC2::SecurityGroup',
    id: /Functions/,
    path: 'Properties.SecurityGroupEgress',
    without: [{ IpProtocol: '-1' }],
    is: (rules: unknown) =>
      (rules as object[]).length === 1 && entry('0.FromPort', 443)(rules) && entry('0.ToPort', 443)(rules),
  },
  {
    title: 'functions accept no connections',
    ...vpc,
    type: 'AWS::EC2::SecurityGroup',
    id: /Functions/,
    path: 'Properties.SecurityGroupIngress',
    is: absent,
    without: [{}],
  },
  ...Object.entries(dynamoDbActions).map(([resource, actions]) => ({
    title: `the endpoint of DynamoDB allows exactly the actions on ${resource} that functions need`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: /NetworkDynamoDb/,
    path: 'Properties.PolicyDocument.Statement',
    is: one(both(entry('Action', actions), entry('Resource', isTableArn(resource)))),
    without: [{ Action: 'dynamodb:*', Effect: 'Allow', Principal: { AWS: '*' }, Resource: `:table/${resource}` }],
  })),
  ...(
    [
      [['s3:GetObject', 's3:GetObjectVersion'], '/*'],
      ['s3:ListBucket', ''],
      [['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'], '/*'],
    ] as const
  ).map(([actions, objects]) => ({
    title: `the endpoint of S3 allows ${String(actions)} on the files of the deployment, as its functions need`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: /NetworkS3/,
    path: 'Properties.PolicyDocument.Statement',
    is: one(both(entry('Action', actions), entry('Resource', isBucketArn(objects)))),
    without: [{ Action: 's3:*', Effect: 'Allow', Principal: { AWS: '*' }, Resource: '*' }],
  })),
  ...['dynamodb', 's3'].map(service => ({
    title: `${service} has a gateway endpoint, which allows resources of the deployment only`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: new RegExp(service === 's3' ? 'NetworkS3' : 'NetworkDynamoDb'),
    path: 'Properties',
    is: both(both(entry('VpcEndpointType', 'Gateway'), contains(`.${service}`)), contains('once-')),
    without: { VpcEndpointType: 'Gateway', ServiceName: `com.amazonaws.eu-west-1.${service}` },
  })),
  ...interfaceServices.map(service => ({
    title: `${service} has an interface endpoint`,
    ...vpc,
    type: 'AWS::EC2::VPCEndpoint',
    id: new RegExp(service === 'secretsmanager' ? 'NetworkSecretsManager' : 'NetworkApi'),
    path: 'Properties',
    is: both(entry('VpcEndpointType', 'Interface'), both(contains(service), entry('PrivateDnsEnabled', true))),
    without: { VpcEndpointType: 'Interface', ServiceName: service, PrivateDnsEnabled: false },
  })),
]
