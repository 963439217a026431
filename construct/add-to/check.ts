import type { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import { checkBehaviours } from './check-behaviours.ts'
import { checkFirewall } from './check-firewall.ts'
import { checkLogs } from './check-logs.ts'
import { checkViewers, type ViewerSettings } from './check-viewers.ts'
import type { Finding } from './config.ts'
import { readsBucket, renderedConfig } from './rendered.ts'

/** What a distribution is checked against. */
export interface Rules {
  /** The bucket of the content. */
  readonly bucket: IBucketRef
  readonly settings: ViewerSettings
}

/**
 * Checks a distribution with our behaviours, as its template will have it. So it is called at the end of the synthesis: until then
 * anything may change.
 */
export function checkDistribution(distribution: CfnDistribution, { bucket, settings }: Rules): readonly Finding[] {
  const { config, referred } = renderedConfig(distribution)
  return [
    ...checkBehaviours(config, readsBucket(bucket, distribution)),
    ...checkViewers(config, settings),
    ...checkLogs(distribution, config),
    ...checkFirewall(config, referred),
  ]
}
