import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import type { Code } from '../bundle.ts'
import { AccessLogs } from '../constructs/access-logs.ts'
import { alarm, awsMetric, ownMetric } from '../constructs/alarms.ts'
import { Dashboard } from '../constructs/dashboard.ts'
import { DownloadDistribution } from '../constructs/distribution.ts'
import { EdgeFunction } from '../constructs/edge-function.ts'
import { Firewall } from '../constructs/firewall.ts'
import type { SignerKeys } from '../constructs/signer-keys.ts'
import { SigningKeys } from '../constructs/signing-keys.ts'
import type { Names } from '../names.ts'
import type { Settings } from '../settings.ts'

/** What the stack is made from. */
export interface EdgeStackProps extends StackProps {
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  readonly secretKeyArns: Readonly<Partial<Record<Region, string>>>
  readonly signerKeys?: SignerKeys | undefined
}

/** What viewers meet, in us-east-1 because CloudFront takes it from there: the distribution, its function and its keys. */
export class EdgeStack extends Stack {
  readonly distributionId: string
  /** `https://` and the host that links name. */
  readonly linkOrigin: string
  /** What ends the ARN of every copy of the secret. */
  readonly secretSuffix: string

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, { ...props, terminationProtection: props.settings.deletionProtection })
    const { settings, names, code, secretKeyArns, signerKeys } = props
    const keys = new SigningKeys(this, 'Keys', {
      settings,
      names,
      secretKeyArns,
      code: code.keys,
      kmsKeyIds: signerKeys?.ids ?? [],
    })
    const edge = new EdgeFunction(this, 'Edge', { settings, names, code: code.edge })
    keys.grantRead(edge.role)
    if (signerKeys !== undefined) edge.grantSign(signerKeys.ids)
    const firewall = new Firewall(this, 'Firewall', {
      scope: 'CLOUDFRONT' as const,
      name: names.edgeFunction,
      under: '/d/',
      perAddress: settings.requestsPerAddress,
    })
    const { distribution } = new DownloadDistribution(this, 'Downloads', {
      settings,
      names,
      keyGroupId: keys.keyGroupId,
      viewerRequest: edge.version,
      webAclArn: firewall.acl.attrArn,
    })
    new AccessLogs(this, 'AccessLogs', {
      name: names.edgeFunction,
      bucketName: names.accessLogBucket,
      distribution,
      retentionDays: settings.logRetentionDays,
    })
    this.distributionId = distribution.distributionId
    this.linkOrigin = `https://${settings.domainName ?? distribution.distributionDomainName}`
    this.secretSuffix = keys.secretSuffix
    this.#watch(settings, names)
    new Dashboard(this, 'Dashboard', { settings, distributionId: this.distributionId })
    new CfnOutput(this, 'LinkOrigin', { value: this.linkOrigin })
    new CfnOutput(this, 'DistributionDomain', { value: distribution.distributionDomainName })
  }

  #watch({ name, rotationDays }: Settings, names: Names): void {
    alarm(this, 'Errors', {
      name: `${name}-distribution-5xx`,
      description: 'Viewers are answered with 5xx in more than one of twenty requests.',
      metric: awsMetric('CloudFront', '5xxErrorRate', {
        dimensionsMap: { DistributionId: this.distributionId, Region: 'Global' },
        statistic: 'Average',
      }),
      threshold: 5,
    })
    alarm(this, 'KeyAge', {
      name: `${name}-signing-key-old`,
      description: 'The keys should have been rotated a week ago: look at the log of the rotation.',
      // Written once a day, by the retirement. Of the secret: where KMS signs, only the MAC keys go on by themselves.
      metric: ownMetric(name, 'SecretAgeDays', { statistic: 'Maximum', period: Duration.days(1) }),
      threshold: rotationDays + 7,
    })
    alarm(this, 'KeysFailing', {
      name: `${name}-keys-failing`,
      description:
        'Rotating or retiring keys fails; nothing breaks by that soon. Look at the logs of the keys functions.',
      metric: new MathExpression({
        expression: 'rotate + retire',
        usingMetrics: {
          rotate: awsMetric('Lambda', 'Errors', { dimensionsMap: { FunctionName: names.keysFunction('rotate') } }),
          retire: awsMetric('Lambda', 'Errors', { dimensionsMap: { FunctionName: names.keysFunction('retire') } }),
        },
        period: Duration.minutes(5),
      }),
      threshold: 1,
    })
  }
}
