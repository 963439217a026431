import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'

/** What a firewall stands before, and what it lets through. */
export interface FirewallProps {
  readonly scope: 'CLOUDFRONT' | 'REGIONAL'
  readonly name: string
  /** Requests that one address may make in five minutes. */
  readonly perAddress: number
  /** Only requests for paths that begin so are counted. @default all */
  readonly under?: string
}

/**
 * Blocks an address that asks too often, before any function runs. It keeps no samples of requests: their paths hold
 * nonces. Without a log for the same reason; what it blocks is counted.
 */
export class Firewall extends Construct {
  readonly acl: wafv2.CfnWebACL

  constructor(scope: Construct, id: string, { scope: of, name, perAddress, under }: FirewallProps) {
    super(scope, id)
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    })
    this.acl = new wafv2.CfnWebACL(this, 'Acl', {
      name,
      scope: of,
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        {
          name: 'too-many-from-one-address',
          priority: 0,
          action: { block: {} },
          visibilityConfig: visibility(`${name}-too-many`),
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: perAddress,
              evaluationWindowSec: 300,
              ...(under === undefined ? {} : { scopeDownStatement: pathBegins(under) }),
            },
          },
        },
      ],
    })
  }
}

/** As it stands in the request and decoded, so that a spelling with percent signs does not slip past. */
function pathBegins(path: string): wafv2.CfnWebACL.StatementProperty {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: 'STARTS_WITH',
      searchString: path,
      textTransformations: [
        { priority: 0, type: 'URL_DECODE' },
        { priority: 1, type: 'NORMALIZE_PATH' },
      ],
    },
  }
}
