import { strongRegions, type TrialKind, trialStack } from './trials.ts'

/** A template of CloudFormation. */
export interface Template {
  readonly Description: string
  readonly Resources: Readonly<Record<string, object>>
  readonly Outputs?: Readonly<Record<string, object>>
}

/** Answers with the shape of the viewer's address, never with the address. In the language of runtime 2.0. */
const shapeFunction = `function handler(event) {
  var ip = event.viewer.ip
  var body = 'IPv4'
  if (ip.indexOf(':') >= 0) {
    var hasUpper = /[A-F]/.test(ip)
    var letters = hasUpper ? (/[a-f]/.test(ip) ? 'mixed' : 'upper') : 'lower'
    var zeros = ip.split(':').some(function (group) { return group.length > 1 && group.charAt(0) === '0' })
    var isKnown = /^[0-9A-Fa-f:.]+$/.test(ip)
    body = isKnown
      ? letters + ' case, ' + (ip.indexOf('::') >= 0 ? '' : 'not ') + 'compressed, ' + (zeros ? 'zeros kept' : 'no leading zeros')
      : 'unknown'
  }
  return { statusCode: 200, statusDescription: 'OK', headers: { 'cache-control': { value: 'no-store' } }, body: body }
}
`

const edgeCode = `exports.handler = async event => event.Records[0].cf.request\n`

/** CloudFront's managed policy CachingDisabled (CloudFront, "Use managed cache policies"). */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'

/** Returns the template of throw-away resources. It has no parameters, and nothing in it holds data or answers from an origin. */
export function trialTemplate(kind: TrialKind, deployment: string): Template {
  const name = trialStack(deployment, kind)
  const made = templates[kind](name)
  return { Description: `Throw-away resources of once prove --also ${kind}: once prove --clean deletes them`, ...made }
}

type Made = Omit<Template, 'Description'>

const templates: Readonly<Record<TrialKind, (name: string) => Made>> = {
  ipv6: name => ({
    Resources: {
      Function: functionNamed(name, shapeFunction),
      Distribution: distribution(name, { behaviour: atViewerRequest, config: { IPV6Enabled: true, Enabled: true } }),
    },
    Outputs: { Host: { Value: { 'Fn::GetAtt': ['Distribution', 'DomainName'] } } },
  }),
  memory: name => ({
    Resources: {
      Role: edgeRole,
      Function: edgeFunction(name),
      Version: resource('AWS::Lambda::Version', { FunctionName: { Ref: 'Function' } }),
      Distribution: distribution(name, {
        behaviour: {
          LambdaFunctionAssociations: [{ EventType: 'viewer-request', LambdaFunctionARN: { Ref: 'Version' } }],
        },
        config: { Enabled: false },
      }),
    },
  }),
  strong: name => ({ Resources: { Table: globalTable(name) } }),
  plan: name => ({ Resources: planResources(name) }),
}

const atViewerRequest = associated('viewer-request')

function associated(event: 'viewer-request' | 'viewer-response'): object {
  return {
    FunctionAssociations: [
      { EventType: event, FunctionARN: { 'Fn::GetAtt': ['Function', 'FunctionMetadata.FunctionARN'] } },
    ],
  }
}

function functionNamed(Name: string, FunctionCode: string): object {
  const FunctionConfig = { Comment: 'Throw-away: once prove', Runtime: 'cloudfront-js-2.0' }
  return resource('AWS::CloudFront::Function', { Name, AutoPublish: true, FunctionCode, FunctionConfig })
}

/** A distribution whose origin is a host that does not exist (RFC 2606). */
function distribution(
  name: string,
  { behaviour, config }: { readonly behaviour: object; readonly config: object },
): object {
  return resource('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      Comment: `${name}: throw-away`,
      PriceClass: 'PriceClass_100',
      Origins: [
        { Id: 'none', DomainName: 'once-prove.invalid', CustomOriginConfig: { OriginProtocolPolicy: 'https-only' } },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'none',
        ViewerProtocolPolicy: 'https-only',
        CachePolicyId: cachingDisabled,
        ...behaviour,
      },
      ...config,
    },
  })
}

const edgeRole = resource('AWS::IAM::Role', {
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
        Action: 'sts:AssumeRole',
      },
    ],
  },
})

function edgeFunction(FunctionName: string): object {
  return resource('AWS::Lambda::Function', {
    FunctionName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 5,
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Code: { ZipFile: edgeCode },
  })
}

function globalTable(TableName: string): object {
  return resource('AWS::DynamoDB::GlobalTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    MultiRegionConsistency: 'STRONG',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Replicas: strongRegions.map(Region => ({ Region })),
  })
}

function planResources(name: string): Made['Resources'] {
  const allow = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: name }
  const arn = { 'Fn::Sub': 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}' }
  const acl = { 'Fn::GetAtt': ['WebAcl', 'Arn'] }
  const code = 'function handler(event) { return event.response }\n'
  return {
    WebAcl: resource('AWS::WAFv2::WebACL', {
      Name: name,
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
      VisibilityConfig: allow,
    }),
    Function: functionNamed(name, code),
    Distribution: distribution(name, {
      behaviour: associated('viewer-response'),
      config: { Enabled: false, WebACLId: acl },
    }),
    Subscription: resource('AWS::PricingPlanManager::Subscription', {
      PlanFamily: 'CloudFront',
      PlanTier: 'FREE',
      ResourceArns: [arn, acl],
    }),
  }
}

/** Returns a resource of a template. */
function resource(Type: string, Properties: object): object {
  return { Type, Properties }
}
