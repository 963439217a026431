import { CfnOutput } from 'aws-cdk-lib'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { firewallOf, hasOwnFirewall } from '../placement/placement.ts'
import { Alarms } from './alarms.ts'
import { Dashboard } from './dashboard.ts'
import { EdgeFunction } from './edge-function.ts'
import { SigningKeys, type SigningKeysProps } from './signing-keys.ts'
import { Totals } from './totals.ts'
import { WebAcl } from './web-acl.ts'

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
  readonly #props: SigningKeysProps

  constructor(scope: Construct, id: string, props: SigningKeysProps) {
    super(scope, id)
    this.#props = props
    const keys = new SigningKeys(this, 'Keys', props)
    const edge = new EdgeFunction(this, 'Redeemer', props)
    keys.grantRead(edge.role)
    this.version = edge.version
    this.keyGroupId = keys.keyGroupId
    this.webAclArn = this.#createWebAcl()
    new Totals(this, 'Watch', { ...props, edgeFunction: edge.functionName })
    // Cut off here, because no page of AWS says that `Fn::Split` takes another stack's output, and cfn-lint refuses it (E1022).
    this.secretSuffix = new CfnOutput(scope, 'SecretSuffix', { value: keys.secretSuffix })
  }

  /** Adds what the distribution's id is needed for: alarms, and the dashboard. Without an id, the alarm of its errors is left out. */
  watch(distributionId: string | undefined): void {
    const props = { ...this.#props, distributionId }
    new Alarms(this, 'Alarms', props)
    if (props.settings.dashboard) new Dashboard(this, 'Dashboard', props)
  }

  #createWebAcl(): string | undefined {
    const firewall = firewallOf(this.#props.settings)
    if (firewall === 'none') return undefined
    return hasOwnFirewall(this.#props.settings) ? new WebAcl(this, 'Firewall', this.#props).acl.attrArn : firewall
  }
}
