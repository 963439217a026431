import { Lazy } from 'aws-cdk-lib'
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront'

/** The distribution that serves links and files: one of its own, or one of yours. */
export interface ServedBy {
  /** The distribution itself: what allows it, and names its stack, is made beside it. */
  readonly distribution: IDistribution
  /** The host of links: a name, or a token of the distribution, to which every stack with an api refers. */
  readonly linkHost: string
  /**
   * The id of the distribution, to which the bucket's policy, alarms and the dashboard refer.
   * @default - none: stacks would need each other in a cycle; then there is no policy, and no alarm of the distribution's errors
   */
  readonly distributionId?: string
  /** Whether it is in another stack than the construct; that stack has the output `LinkOrigin` then. @default false */
  readonly isElsewhere?: boolean
  /**
   * The folders of files that it serves; they may grow until the end of the synthesis.
   * @default - all files
   */
  readonly contentPrefixes?: readonly string[]
}

/** What is known of the distribution, once there is one: all else is constructed before it. */
export class Serving {
  /** `https://` and the host of links. It resolves when the app is synthesised. */
  readonly linkOrigin = Lazy.uncachedString({
    // If there is no distribution, a validation has failed.
    produce: () => `https://${this.by?.linkHost ?? 'no-distribution.invalid'}`,
  })
  /** What the api's functions have in their environment. Without prefixes, there is no variable for them. */
  readonly variables: Readonly<Record<'LINK_ORIGIN' | 'CONTENT_PREFIXES', string>> = {
    LINK_ORIGIN: this.linkOrigin,
    CONTENT_PREFIXES: Lazy.uncachedString({
      produce: () => this.by?.contentPrefixes && JSON.stringify(this.by.contentPrefixes),
    }),
  }
  /** The distribution; undefined until there is one. */
  by: ServedBy | undefined
}
