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
import type { SignerKeys } from '../constructs/signer-keys.ts'
import { SigningKeys } from '../constructs/signing-keys.ts'
import { WebAcl } from '../constructs/web-acl.ts'
import type { Names } from '../names.ts'
import type { Settings } from '../settings.ts'

/** Props of `EdgeStack`. */
export interface EdgeStackProps extends StackProps {
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  /** The source of the gate. */
  readonly gate: string
  /** The ARN of the key that encrypts the secret, in each Region that has a copy. */
  readonly secretKeyArns: Readonly<Partial<Record<Region, string>>>
  /** Signer `kms`: its keys. */
  readonly signerKeys?: SignerKeys | undefined
}

/** The distribution, its function and its keys, in us-east-1, as CloudFront requires. */
export class EdgeStack extends Stack {
  readonly distributionId: string
  /** `https://` and the host of links. */
  readonly linkOrigin: string
  /** The end of the ARN of the secret and its copies. */
  readonly secretSuffix: string

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, { ...props, terminationProtection: props.settings.deletionProtection })
    const { settings, names, code, gate, secretKeyArns, signerKeys } = props
    const kmsKeyIds = signerKeys?.ids ?? []
    const keys = new SigningKeys(this, 'Keys', { settings, names, secretKeyArns, code: code.keys, kmsKeyIds })
    const edge = new EdgeFunction(this, 'Edge', { settings, names, code: code.edge })
    keys.grantRead(edge.role)
    if (signerKeys !== undefined) edge.grantSign(signerKeys.ids)
    const { acl } = new WebAcl(this, 'Firewall', {
      scope: 'CLOUDFRONT' as const,
      name: names.edgeFunction,
      pathPrefix: '/d/',
      perAddress: settings.requestsPerAddress,
    })
    const { distribution } = new DownloadDistribution(this, 'Downloads', {
      settings,
      names,
      keyGroupId: keys.keyGroupId,
      viewerRequest: edge.version,
      webAclArn: acl.attrArn,
      gate,
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
    this.#addAlarms(settings, names)
    new Dashboard(this, 'Dashboard', { settings, distributionId: this.distributionId })
    new CfnOutput(this, 'LinkOrigin', { value: this.linkOrigin })
    new CfnOutput(this, 'DistributionDomain', { value: distribution.distributionDomainName })
  }

  #addAlarms({ name, rotationDays }: Settings, names: Names): void {
    alarm(this, 'Errors', {
      name: `${name}-distribution-5xx`,
      description:
        'More than one in twenty requests of viewers gets 5xx, which no refusal to a prefetch or robot is. Check the edge logs, DynamoDB and S3.',
      metric: awsMetric('CloudFront', '5xxErrorRate', {
        dimensionsMap: { DistributionId: this.distributionId, Region: 'Global' },
        statistic: 'Average',
      }),
      threshold: 5,
    })
    alarm(this, 'KeyAge', {
      name: `${name}-signing-key-old`,
      description: 'The keys should have been rotated a week ago: check the log of the rotation function.',
      // Retirement writes it once a day. It is the age of the secret, whose MAC keys rotate automatically even if KMS signs.
      metric: ownMetric(name, 'SecretAgeDays', { statistic: 'Maximum', period: Duration.days(1) }),
      threshold: rotationDays + 7,
    })
    alarm(this, 'KeysFailing', {
      name: `${name}-keys-failing`,
      description: 'Rotating or retiring keys fails, which breaks nothing soon. Check the logs of the keys functions.',
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
