import * as cdk from 'aws-cdk-lib'
import { Distribution, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { AccountRootPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { AwsSolutionsChecks } from 'cdk-nag'
import { AwsSolutionsChecks as AwsSolutionsChecks2, NagSuppressions } from 'cdk-nag-2'
import { OnceAtEdge, type OnceAtEdgeProps } from 'once-at-edge-cdk'

// A company's app, CommonJS as of `cdk init`, which takes links in and loses them again: the context `links` says how far it is.

const account = '111122223333'

const propsIn = (region: string): cdk.StackProps => ({
  env: { account, region },
  synthesizer: new cdk.DefaultStackSynthesizer({ qualifier: 'acme' }),
  tags: { CostCentre: '4711' },
  terminationProtection: true,
  permissionsBoundary: cdk.PermissionsBoundary.fromName('acme-boundary'),
})

/** Adds the stacks of the company to an app, with links if its context says so. */
export function addAcme(app: cdk.App): cdk.Stack {
  cdk.Aspects.of(app).add(new AwsSolutionsChecks2())
  cdk.Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const global = new cdk.Stack(app, 'AcmeGlobal', propsIn('us-east-1'))
  const alarmTopic = new Topic(global, 'Alarms', { enforceSSL: true })
  const acl = new CfnWebACL(global, 'Acl', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'acme', sampledRequestsEnabled: false },
  })

  const stack = new cdk.Stack(app, 'Acme', propsIn('eu-central-1'))
  cdk.CrossStackReferences.of(stack).consume(cdk.ReferenceStrength.WEAK)
  const closed = { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true }
  const logBucket = new Bucket(stack, 'Logs', { ...closed, objectOwnership: ObjectOwnership.OBJECT_WRITER })
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true })
  const bucket = new Bucket(stack, 'Documents', {
    ...closed,
    encryptionKey,
    versioned: true,
    bucketName: 'acme-documents',
  })
  const service = new Role(stack, 'Service', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  const behaviourOf = (host: string) => ({
    origin: new HttpOrigin(host),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  })
  const distribution = new Distribution(stack, 'Site', {
    defaultBehavior: behaviourOf('site.example.com'),
    additionalBehaviors: { '/shop/*': behaviourOf('shop.example.com') },
    enableIpv6: false,
    logBucket,
    webAclId: acl.attrArn,
  })
  for (const [construct, rules] of [
    [bucket, ['S1']],
    [logBucket, ['S1']],
    [distribution, ['CFR1', 'CFR4']],
  ] as const) {
    const all = rules.map(rule => ({ id: `AwsSolutions-${rule}`, reason: 'The company has decided so.' }))
    cdk.Validations.of(construct).acknowledge(...all)
    NagSuppressions.addResourceSuppressions(construct, all)
  }

  const links = String(app.node.tryGetContext('links'))
  if (links === 'none') return stack
  const auth = app.node.tryGetContext('auth') as OnceAtEdgeProps['auth']
  const prefixes = ['reports/']
  const verbs = ['issue', 'upload', 'read', 'revoke'] as const
  const once = new OnceAtEdge(stack, 'Once', {
    content: { bucket, ...(auth && { uploads: true }) },
    alarmTopic,
    issuers: [
      { id: 'office', principal: new AccountRootPrincipal(), prefixes, ...(auth && { verbs }) },
      ...(auth ? [{ id: 'desk', group: 'desk', prefixes, own: true, verbs }] : []),
      ...(auth ? [{ id: 'clerks', group: 'clerks', prefixes }] : []),
    ],
    ...(auth && { auth, sendPage: { clientId: 'acme-page' } }),
    ...(links === 'unprotected' && { deletionProtection: false }),
  })
  once.grants.issue(service, { prefixes })
  once.addTo(distribution)
  const why = 'Those who read the log may open every link.'
  cdk.Annotations.of(distribution).acknowledgeWarning('once-at-edge:legacy-access-log', why)
  new cdk.CfnOutput(stack, 'Api', { value: once.apiUrl })
  if (auth) new cdk.CfnOutput(stack, 'TokenApi', { value: once.tokenApiUrl })
  return stack
}

if (require.main === module) addAcme(new cdk.App())
