import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import { CfnDelivery, CfnDeliverySource } from 'aws-cdk-lib/aws-logs'
import type { IConstruct } from 'constructs'
import type { DistributionConfig, Finding } from './config.ts'
import { resolveToText } from './template-text.ts'

/**
 * Fields of an access log that would hold a nonce, or a signed URL: the path, the query, and the headers that repeat them (CloudFront,
 * "Standard logging reference").
 */
const tellingField = /uri|query|referer|cookie|headers/i

/** Checks that no access log of the distribution, wherever it is in the app, holds links that still work. */
export function checkLogs(distribution: CfnDistribution, config: DistributionConfig): readonly Finding[] {
  const all = distribution.node.root.node.findAll()
  const sources = all
    .filter(isSource)
    .filter(source => resolveToText(source.resourceArn, source).referred.has(distribution))
  const deliveries = all.filter(isDelivery).filter(delivery => sources.some(source => isFrom(delivery, source)))
  return [...(config.Logging?.Bucket === undefined ? [] : [legacyLog]), ...deliveries.flatMap(checkDelivery)]
}

const isSource = (construct: IConstruct): construct is CfnDeliverySource =>
  CfnDeliverySource.isCfnDeliverySource(construct)

const isDelivery = (construct: IConstruct): construct is CfnDelivery => CfnDelivery.isCfnDelivery(construct)

/** A delivery names its source; a token refers to it, or is the same text. */
function isFrom(delivery: CfnDelivery, source: CfnDeliverySource): boolean {
  if (delivery.deliverySourceName === source.name) return true
  return resolveToText(delivery.deliverySourceName, delivery).referred.has(source)
}

const legacyLog: Finding = {
  id: 'legacy-access-log',
  level: 'risk',
  problem: 'the legacy access log holds paths and queries, and so links that still work',
  got: 'a distribution with enableLogging or logBucket',
  allowed:
    'standard logging v2 (docs/construct.md has it) without paths, queries, Referer and cookies; or an acknowledgement of ' +
    "once-at-edge:legacy-access-log on the distribution, if all who read the log may open every link that isn't used",
}

function checkDelivery({ recordFields, node }: CfnDelivery): Finding[] {
  const telling = recordFields?.filter(field => tellingField.test(field))
  if (telling?.length === 0) return []
  return [
    {
      id: 'access-log-fields',
      level: 'error',
      problem: `the access log of ${node.path} would hold links that still work`,
      got: telling === undefined ? 'all fields, because recordFields is absent' : telling.join(', '),
      allowed:
        'recordFields without paths, queries, Referer and cookies; cache-behavior-path-pattern says which behaviour',
    },
  ]
}
