import {
  App,
  CfnOutput,
  CrossStackReferences,
  DefaultStackSynthesizer,
  PermissionsBoundary,
  ReferenceStrength,
  Stack,
} from 'aws-cdk-lib'
import { Distribution, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { AccountRootPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { OnceAtEdge } from 'once-at-edge-cdk'

// A company's app, CommonJS as of `cdk init`, which takes links in and loses them again: the context `links` says how far it is.

const common = {
  synthesizer: () => new DefaultStackSynthesizer({ qualifier: 'acme' }),
  tags: { CostCentre: '4711' },
  terminationProtection: true,
  permissionsBoundary: PermissionsBoundary.fromName('acme-boundary'),
}

/** Adds the stacks of the company to an app, with links if its context says so. */
export function addAcme(app: App): Stack {
  const account = '111122223333'
  const global = new Stack(app, 'AcmeGlobal', {
    ...common,
    synthesizer: common.synthesizer(),
    env: { account, region: 'us-east-1' },
  })
  const acl = new CfnWebACL(global, 'Acl', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'acme', sampledRequestsEnabled: false },
  })
  const alarms = new Topic(global, 'Alarms', { enforceSSL: true })

  const stack = new Stack(app, 'Acme', {
    ...common,
    synthesizer: common.synthesizer(),
    env: { account, region: 'eu-central-1' },
  })
  CrossStackReferences.of(stack).consume(ReferenceStrength.WEAK)
  const closed = { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true }
  const logs = new Bucket(stack, 'Logs', { ...closed, objectOwnership: ObjectOwnership.OBJECT_WRITER })
  const key = new Key(stack, 'Key', { enableKeyRotation: true })
  const documents = new Bucket(stack, 'Documents', {
    ...closed,
    encryptionKey: key,
    versioned: true,
    bucketName: 'acme-documents',
  })
  const service = new Role(stack, 'Service', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  const site = {
    origin: new HttpOrigin('site.example.com'),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  }
  const distribution = new Distribution(stack, 'Site', {
    defaultBehavior: site,
    additionalBehaviors: { '/shop/*': { ...site, origin: new HttpOrigin('shop.example.com') } },
    enableIpv6: false,
    ...(app.node.tryGetContext('links') === undefined && { logBucket: logs }),
    webAclId: acl.attrArn,
  })

  const links = String(app.node.tryGetContext('links') ?? 'none')
  if (links === 'none') return stack
  const once = new OnceAtEdge(stack, 'Once', {
    content: { bucket: documents },
    alarmTopic: alarms,
    issuers: [{ id: 'office', principal: new AccountRootPrincipal(), prefixes: ['reports/'] }],
    ...(links === 'unprotected' && { deletionProtection: false }),
  })
  once.grants.issue(service, { prefixes: ['reports/'] })
  once.addTo(distribution)
  new CfnOutput(stack, 'Api', { value: once.apiUrl })
  return stack
}

if (require.main === module) addAcme(new App())
