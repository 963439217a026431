import type { BehaviourConfig, DistributionConfig, Finding, OriginConfig } from './config.ts'
import { isOurs, originIds } from './config.ts'
import { linkPaths, linkPattern, overlap, type Paths, pathsOf } from './path-pattern.ts'

/** Behaviours of a distribution, the default one included, that AWS allows unless an account has more (CloudFront, "Quotas", read in 2026-11). */
const maxBehaviours = 75

/**
 * Checks that no other behaviour serves what only links may deliver, or responds in the place of ours. `reachesContent` says whether an
 * origin reads the bucket of the content.
 */
export function* checkBehaviours(
  config: DistributionConfig,
  reachesContent: (origin: OriginConfig) => boolean,
): Iterable<Finding> {
  const behaviours = config.CacheBehaviors ?? []
  yield* checkOrigins(config, reachesContent)
  for (const [index, ours] of behaviours.entries()) {
    if (!isOurs(ours)) continue
    yield* checkBefore(behaviours.slice(0, index), ours)
    yield* checkAfter(behaviours.slice(index + 1), ours)
  }
  for (const ours of behaviours.filter(isOurs)) yield* checkOurs(ours)
  // A warning: the quota can be raised, and this code can't see to what.
  if (behaviours.length >= maxBehaviours)
    yield {
      id: 'many-behaviours',
      level: 'warning',
      problem: 'CloudFront refuses so many behaviours, unless the quota of the account is higher',
      got: `${behaviours.length + 1} behaviours`,
      allowed: `${maxBehaviours}; fewer prefixes, such as one folder for all files, need fewer behaviours`,
    }
}

/** Whatever reaches the bucket without a signature of ours delivers files without a link. */
function checkOrigins(config: DistributionConfig, reachesContent: (origin: OriginConfig) => boolean): Finding[] {
  const { DefaultCacheBehavior, CacheBehaviors = [] } = config
  const others = [DefaultCacheBehavior, ...CacheBehaviors].filter(behaviour => !isOurs(behaviour))
  return others
    .filter(behaviour => originsOf(behaviour, config).some(reachesContent))
    .map(({ PathPattern }) => ({
      id: 'content-behind-another-behaviour',
      level: 'error',
      problem: 'a behaviour of the distribution delivers files of the content bucket without a link',
      got: PathPattern === undefined ? 'the default behaviour' : `the behaviour ${PathPattern}`,
      allowed: 'no behaviour but those of addTo; keep what is public in another bucket',
    }))
}

/** Returns the origins of a behaviour: one, or those of its group. */
function originsOf({ TargetOriginId }: BehaviourConfig, config: DistributionConfig): readonly OriginConfig[] {
  const group = config.OriginGroups?.Items?.find(({ Id }) => Id === TargetOriginId)
  const members = group?.Members?.Items?.map(({ OriginId }) => OriginId) ?? [TargetOriginId]
  return config.Origins?.filter(({ Id }) => members.includes(Id)) ?? []
}

/** CloudFront takes the first behaviour whose pattern matches. */
function checkBefore(
  earlier: readonly BehaviourConfig[],
  { PathPattern: pattern = '', TargetOriginId }: BehaviourConfig,
): Finding[] {
  const paths: Paths = TargetOriginId === originIds.links ? linkPaths : pathsOf(pattern)
  return earlier
    .filter(behaviour => !isOurs(behaviour) && overlap(pathsOf(behaviour.PathPattern ?? '*'), paths))
    .map(({ PathPattern = '*' }) => ({
      id: 'earlier-pattern',
      level: 'error',
      problem: `an earlier behaviour of the distribution takes requests from ${pattern}`,
      got: `the path pattern ${PathPattern}`,
      allowed: `behaviours whose patterns match no ${pattern === linkPattern ? 'link' : 'file below it'}, or that come later: add them with distribution.addBehavior after addTo`,
    }))
}

/** Finds later behaviours to which ours leave no path. Ours match all that begins with the text before their `*`. */
function checkAfter(later: readonly BehaviourConfig[], { PathPattern: pattern = '' }: BehaviourConfig): Finding[] {
  return later
    .filter(behaviour => !isOurs(behaviour) && withSlash(behaviour.PathPattern).startsWith(pattern.slice(0, -1)))
    .map(({ PathPattern = '' }) => ({
      id: 'unreachable-pattern',
      level: 'error',
      problem: `a later behaviour of the distribution is never reached: ${pattern} takes all of its requests`,
      got: `the path pattern ${PathPattern}`,
      allowed:
        pattern === linkPattern
          ? 'other paths, as all below /d/ is for links; or, in additionalBehaviors of the distribution, a pattern that matches no link'
          : `paths that do not begin with ${pattern.slice(0, -1)}`,
    }))
}

/** CloudFront reads a pattern without a slash at its start as if it had one. */
const withSlash = (pattern = '') => (pattern.startsWith('/') ? pattern : `/${pattern}`)

/** A behaviour of ours that was changed afterwards may deliver without a link. */
function* checkOurs(behaviour: BehaviourConfig): Iterable<Finding> {
  const { PathPattern = '', TargetOriginId, RealtimeLogConfigArn, ViewerProtocolPolicy } = behaviour
  const isOfLinks = TargetOriginId === originIds.links
  const isAsMade = isOfLinks ? callsEdge(behaviour) : needsSignature(behaviour)
  const rule = isOfLinks
    ? 'HTTPS only, the edge function with bodies, and no signature'
    : 'HTTPS only, the key group and the gate'
  if (ViewerProtocolPolicy !== 'https-only' || !isAsMade)
    yield {
      id: 'changed-behaviour',
      level: 'error',
      problem: `the behaviour ${PathPattern} is not as addTo made it`,
      got: JSON.stringify(behaviour),
      allowed: `${rule}; leave out what changes it`,
    }
  if (RealtimeLogConfigArn !== undefined)
    yield {
      id: 'real-time-log',
      level: 'error',
      problem: 'a real-time log would hold links that still work',
      got: `a real-time log of the behaviour ${PathPattern}`,
      allowed: 'none for the behaviours of addTo',
    }
}

function callsEdge({ LambdaFunctionAssociations = [], TrustedKeyGroups, TrustedSigners }: BehaviourConfig): boolean {
  const isCalled = LambdaFunctionAssociations.some(
    ({ EventType, IncludeBody }) => EventType === 'viewer-request' && IncludeBody === true,
  )
  return isCalled && TrustedKeyGroups === undefined && TrustedSigners === undefined
}

function needsSignature({
  FunctionAssociations = [],
  TrustedKeyGroups = [],
  TrustedSigners,
}: BehaviourConfig): boolean {
  const isGated = FunctionAssociations.some(({ EventType }) => EventType === 'viewer-request')
  return isGated && TrustedKeyGroups.length === 1 && TrustedSigners === undefined
}
