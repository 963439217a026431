import * as wafv2 from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import { firewallProblem, firewallRetrySeconds } from '../../shared/api/refusal.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'

/**
 * Blocks with 429, because programs read 403 as the refusal of a used link. The type of the body is `application/json`: WAF
 * allows neither that of a problem nor a header of its own for it (AWS WAF, "Custom responses for Block actions").
 */
const block: wafv2.CfnWebACL.RuleActionProperty = {
  block: {
    customResponse: {
      responseCode: firewallProblem.status,
      customResponseBodyKey: firewallProblem.reason,
      responseHeaders: [
        { name: 'retry-after', value: String(firewallRetrySeconds) },
        { name: 'cache-control', value: 'no-store' },
      ],
    },
  },
}

const problem = {
  [firewallProblem.reason]: { contentType: 'APPLICATION_JSON', content: JSON.stringify(firewallProblem) },
}

/**
 * A web ACL of AWS WAF for the distribution, which blocks an address with too many requests, before a function runs. It has one rule,
 * without regular expressions or groups, as every flat-rate plan allows. It keeps neither samples nor a log of requests, because
 * their paths hold nonces; a metric counts what it blocks.
 */
export class WebAcl extends Construct {
  readonly acl: wafv2.CfnWebACL

  constructor(scope: Construct, id: string, { settings, names: { edgeFunction: name } }: DeploymentProps) {
    super(scope, id)
    // A plain 403 of AWS: the plan `free` allows no other answer.
    const isPlain = settings.plan === 'free'
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    })
    this.acl = new wafv2.CfnWebACL(this, 'Acl', {
      name,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      ...(!isPlain && { customResponseBodies: problem }),
      rules: [
        {
          name: 'too-many-from-one-address',
          priority: 0,
          action: isPlain ? { block: {} } : block,
          visibilityConfig: visibility(`${name}-too-many`),
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: settings.requestsPerAddress,
              evaluationWindowSec: 300,
              scopeDownStatement: isLink,
            },
          },
        },
      ],
    })
  }
}

/** Matches the decoded and normalised path, so that percent-encoded spellings are counted too. */
const isLink: wafv2.CfnWebACL.StatementProperty = {
  byteMatchStatement: {
    fieldToMatch: { uriPath: {} },
    positionalConstraint: 'STARTS_WITH',
    searchString: '/d/',
    textTransformations: [
      { priority: 0, type: 'URL_DECODE' },
      { priority: 1, type: 'NORMALIZE_PATH' },
    ],
  },
}
