import { CfnOutput } from 'aws-cdk-lib'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { firewallOf, hasOwnFirewall, type SignerKeyId } from '../placement/placement.ts'
import { Alarms } from './alarms.ts'
import { Dashboard } from './dashboard.ts'
import { EdgeFunction } from './edge-function.ts'
import { SigningKeys } from './signing-keys.ts'
import { Watch } from './watch.ts'
import { WebAcl } from './web-acl.ts'

/** Props of `Edge`. */
export interface EdgeProps extends DeploymentProps {
  /** The ARNs of the customer managed keys of the secret, by Region. @default a key of AWS */
  readonly secretKeyArns: Readonly<Partial<Record<Region, string>>>
  /** The ids of the signing keys in KMS. */
  readonly signerKeyIds: ReadonlyMap<SignerKeyId, string>
}

/**
 * What a distribution needs of us, and what watches it: the function of links, the keys, a web ACL. In us-east-1, as CloudFront
 * requires.
 */
export class Edge extends Construct {
  /** The function of `/d/*`, with its version. */
  readonly version: lambda.IVersion
  /** The key group that signs capabilities. */
  readonly keyGroupId: string
  /** The web ACL for the distribution; undefined if it has none. */
  readonly webAclArn: string | undefined
  /** The output with the end of the ARN of the secret and its copies. */
  readonly secretSuffix: CfnOutput
  readonly #props: EdgeProps

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id)
    this.#props = props
    const { settings, names, plainCdk, signerKeyIds, secretKeyArns } = props
    const keys = new SigningKeys(this, 'Keys', { settings, names, secretKeyArns, signerKeyIds })
    const edge = new EdgeFunction(this, 'Redeemer', { settings, names, plainCdk })
    keys.grantRead(edge.role)
    edge.grantSign([...signerKeyIds.values()])
    this.version = edge.version
    this.keyGroupId = keys.keyGroupId
    this.webAclArn = this.#createWebAcl()
    new Watch(this, 'Watch', { settings, names, edgeFunction: edge.functionName })
    // Cut off here, because no page of AWS says that `Fn::Split` takes another stack's output, and cfn-lint refuses it (E1022).
    this.secretSuffix = new CfnOutput(scope, 'SecretSuffix', { value: keys.secretSuffix })
  }

  /** Adds what the distribution's id is needed for: alarms, and the dashboard. Without an id, the alarm of its errors is left out. */
  watch(distributionId: string | undefined): void {
    const { settings, names, existing, issuers } = this.#props
    new Alarms(this, 'Alarms', { settings, names, existing, issuers, distributionId })
    if (settings.dashboard) new Dashboard(this, 'Dashboard', { settings, names, distributionId })
  }

  #createWebAcl(): string | undefined {
    const { settings, names } = this.#props
    const firewall = firewallOf(settings)
    if (firewall === 'none') return undefined
    if (!hasOwnFirewall(settings)) return firewall
    return new WebAcl(this, 'Firewall', {
      name: names.edgeFunction,
      pathPrefix: '/d/',
      perAddress: settings.requestsPerAddress,
      isPlain: settings.plan === 'free',
    }).acl.attrArn
  }
}
