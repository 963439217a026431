import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import type { Code } from '../bundle.ts'
import type { Names } from '../names.ts'
import { firewallOf, type SignerKeyId } from '../placement.ts'
import type { Settings } from '../settings.ts'
import { AccessLogs } from './access-logs.ts'
import { Alarms } from './alarms.ts'
import { Dashboard } from './dashboard.ts'
import { DownloadDistribution } from './distribution.ts'
import { EdgeFunction } from './edge-function.ts'
import { SigningKeys } from './signing-keys.ts'
import { Watch } from './watch.ts'
import { WebAcl } from './web-acl.ts'

/** Props of `Edge`. */
export interface EdgeProps {
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  /** The source of the gate. */
  readonly gate: string
  /** The source of the delivery function. */
  readonly delivery: string
  /** The ARNs of the customer managed keys of the secret, by Region. @default a key of AWS */
  readonly secretKeyArns: Readonly<Partial<Record<Region, string>>>
  /** The ids of the signing keys in KMS. */
  readonly signerKeyIds: ReadonlyMap<SignerKeyId, string>
}

/**
 * The output with the end of the secret's ARN. It is cut off here, because no page of AWS says that `Fn::Split` takes another
 * stack's output, and cfn-lint refuses it (E1022).
 */
export const secretSuffixOutput = 'SecretSuffix'

/** The distribution, its function, its keys and what watches them, in us-east-1, as CloudFront requires. */
export class Edge extends Construct {
  readonly distribution: Distribution
  /** `https://` and the host of links. */
  readonly linkOrigin: string
  /** The web ACL of the distribution; undefined if it has none. */
  readonly webAclArn: string | undefined
  /** The end of the ARN of the secret and its copies. Other stacks read it as the output `secretSuffixOutput`. */
  readonly secretSuffix: string

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id)
    const { settings, names, code, gate, delivery, signerKeyIds, secretKeyArns } = props
    const keys = new SigningKeys(this, 'Keys', { settings, names, secretKeyArns, code: code.keys, signerKeyIds })
    const edge = new EdgeFunction(this, 'Redeemer', { settings, names, code: code.edge })
    keys.grantRead(edge.role)
    edge.grantSign([...signerKeyIds.values()])
    this.webAclArn = this.#webAclArn(settings, names)
    const { distribution } = new DownloadDistribution(this, 'Downloads', {
      settings,
      names,
      keyGroupId: keys.keyGroupId,
      viewerRequest: edge.version,
      webAclArn: this.webAclArn,
      gate,
      delivery,
    })
    this.distribution = distribution
    this.linkOrigin = `https://${settings.domainName ?? distribution.distributionDomainName}`
    this.secretSuffix = keys.secretSuffix
    this.#watch(props, edge)
    new CfnOutput(Stack.of(this), 'LinkOrigin', { value: this.linkOrigin })
    new CfnOutput(Stack.of(this), 'DistributionDomain', { value: distribution.distributionDomainName })
    new CfnOutput(Stack.of(this), secretSuffixOutput, { value: this.secretSuffix })
  }

  #webAclArn(settings: Settings, names: Names): string | undefined {
    const firewall = firewallOf(settings)
    if (firewall === 'none') return undefined
    if (firewall.startsWith('arn:')) return firewall
    return new WebAcl(this, 'Firewall', {
      name: names.edgeFunction,
      pathPrefix: '/d/',
      perAddress: settings.requestsPerAddress,
      isPlain: settings.plan === 'free',
    }).acl.attrArn
  }

  #watch({ settings, names, code }: EdgeProps, { functionName }: EdgeFunction): void {
    const { distribution } = this
    const { distributionId } = distribution
    if (settings.accessLogs) {
      new AccessLogs(this, 'AccessLogs', {
        name: names.edgeFunction,
        bucketName: names.accessLogBucket,
        distribution,
        retentionDays: settings.logRetentionDays,
      })
    }
    new Watch(this, 'Watch', { settings, names, code: code.watch, edgeFunction: functionName })
    new Alarms(this, 'Alarms', { settings, names, distributionId })
    if (settings.dashboard) new Dashboard(this, 'Dashboard', { settings, names, distributionId })
  }
}
