import type { Mistake } from '../errors.ts'

/** A behaviour as the template has it; the default one has no pattern. */
export interface BehaviourConfig {
  readonly PathPattern?: string
  readonly TargetOriginId: string
  readonly ViewerProtocolPolicy?: string
  readonly TrustedKeyGroups?: readonly unknown[]
  readonly TrustedSigners?: readonly unknown[]
  readonly RealtimeLogConfigArn?: unknown
  readonly FunctionAssociations?: readonly { readonly EventType: string }[]
  readonly LambdaFunctionAssociations?: readonly { readonly EventType: string; readonly IncludeBody?: boolean }[]
}

/** An origin as the template has it. */
export interface OriginConfig {
  readonly Id: string
  readonly DomainName?: unknown
  readonly OriginPath?: unknown
}

/** What checks read of the template of a distribution: `DistributionConfig` of `AWS::CloudFront::Distribution`. */
export interface DistributionConfig {
  readonly DefaultCacheBehavior: BehaviourConfig
  /** In the order of their precedence. */
  readonly CacheBehaviors?: readonly BehaviourConfig[]
  readonly Origins?: readonly OriginConfig[]
  readonly OriginGroups?: {
    readonly Items?: readonly {
      readonly Id: string
      readonly Members?: { readonly Items?: readonly { readonly OriginId: string }[] }
    }[]
  }
  readonly IPV6Enabled?: unknown
  readonly HttpVersion?: unknown
  readonly Logging?: { readonly Bucket?: unknown }
  readonly CustomErrorResponses?: readonly {
    readonly ErrorCode: number
    readonly ResponseCode?: number
    readonly ResponsePagePath?: string
  }[]
  readonly WebACLId?: unknown
}

/** What is wrong with a distribution, or doubtful. */
export interface Finding extends Mistake {
  /** The id of the error or warning, without `once-at-edge:`. */
  readonly id: string
  /** A `risk` is a warning that stops the synthesis until it is acknowledged. */
  readonly level: 'error' | 'risk' | 'warning'
}

/** The ids of our origins, by which our behaviours are known. */
export const originIds = { links: 'once-at-edge-links', content: 'once-at-edge-content' } as const

/** Returns whether a behaviour is one that `addTo` added. */
export function isOurs({ TargetOriginId }: BehaviourConfig): boolean {
  return TargetOriginId === originIds.links || TargetOriginId === originIds.content
}
