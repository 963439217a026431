import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import { checkBehaviours } from './check-behaviours.ts'
import { checkFirewall } from './check-firewall.ts'
import { checkLogs } from './check-logs.ts'
import { checkViewers } from './check-viewers.ts'
import type { Finding } from './config.ts'
import { hasOwnFirewall } from '../placement/placement.ts'
import type { Settings } from '../settings/settings.ts'
import { readsBucket, renderedConfig } from './rendered.ts'

/** What a distribution is checked against. */
export interface Rules {
  /** The bucket of the content. */
  readonly bucket: IBucketRef
  readonly settings: Settings
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
    ...checkFirewall(config, referred, hasOwnFirewall(settings)),
    ...checkOthers(distribution, bucket),
  ]
}

/** Warns of other distributions of the app that read the bucket: which of its files they deliver, and to whom, is for their owner to know. */
function checkOthers(distribution: CfnDistribution, bucket: IBucketRef): Finding[] {
  const all = distribution.node.root.node.findAll()
  const others = all.filter(construct => CfnDistribution.isCfnDistribution(construct) && construct !== distribution)
  return others
    .filter(other =>
      (renderedConfig(other as CfnDistribution).config.Origins ?? []).some(readsBucket(bucket, distribution)),
    )
    .map(({ node }) => ({
      id: 'content-behind-another-distribution',
      level: 'warning',
      problem: 'another distribution may deliver the same files without a link',
      got: `${node.path}, which reads the content bucket`,
      allowed: 'one that delivers other files of the bucket, or to those only who may have them',
    }))
}
