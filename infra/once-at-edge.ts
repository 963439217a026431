import { CfnOutput, Lazy, Stack, Token, TokenComparison } from 'aws-cdk-lib'
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { readExisting, takesUploads } from './existing/existing.ts'
import { assert } from '../shared/errors.ts'
import { addTo } from './add-to/add-to.ts'
import type { AddedBehaviours } from './add-to/added-behaviours.ts'
import type { AddToOptions } from './add-to/options.ts'
import type { DeploymentProps } from './settings/deployment-props.ts'
import { messageOf, OnceAtEdgeError, warn } from './errors.ts'
import { setFeatureFlags } from './feature-flags.ts'
import { OnceGrants } from './issuers/grants.ts'
import { IssuerList } from './issuers/issuer-list.ts'
import { beyondLimits } from './limits.ts'
import { namesOf } from './placement/names.ts'
import type { OnceAtEdgeProps } from './settings/props.ts'
import { countMetric, totalMetric } from './resources/metrics.ts'
import { readProps } from './settings/read-props.ts'
import { createOwnDistribution } from './resources/own-distribution.ts'
import { createAfter } from './resources/content-bucket.ts'
import type { Edge } from './resources/edge.ts'
import { addManifest } from './resources/manifest.ts'
import { type ServedBy, Serving } from './placement/serving.ts'
import { edgeStackRegion } from './settings/settings.ts'
import { Parts } from './stacks/parts.ts'

/**
 * Download links that work once: a table of links, the edge function that redeems them, an api that issues them, keys, alarms, and a
 * private bucket for files. A distribution serves links and files: call `createDistribution` or `addTo` once.
 *
 * What belongs to the Region of the stack is in the stack, the rest in stacks beside it: edge function and keys in us-east-1, copies in
 * other Regions. The stack must have a concrete Region: us-east-1, or the first home Region.
 */
export class OnceAtEdge extends Construct {
  /** What all parts have in common: settings and physical names. @internal */
  readonly deployment: DeploymentProps
  /** The parts, by Region. @internal */
  readonly parts: Parts
  /** Grants to those who issue, read, revoke and exchange links, and upload files. */
  readonly grants: OnceGrants
  readonly #serving = new Serving()
  readonly #issuerPrefixes: string[] = []
  #added: AddedBehaviours | undefined

  /**
   * Creates everything but the distribution. Throws an `OnceAtEdgeError` if a prop is invalid, or if the stack is in a Region in which
   * the construct can't be.
   */
  constructor(scope: Construct, id: string, props: OnceAtEdgeProps = {}) {
    super(scope, id)
    setFeatureFlags(this)
    const settings = readProps(this, props)
    refuseTwins(this, settings.name)
    const names = namesOf(settings.name)
    const existing = readExisting(this, props, { settings, names })
    const inForce = Lazy.uncachedAny({ produce: () => issuers.entries })
    this.deployment = { settings, names, existing, issuers: inForce }
    this.parts = new Parts(this, { ...this.deployment, serving: this.#serving })
    const issuers = new IssuerList(this, this.parts.apis, {
      takesUploads: takesUploads(existing),
      uploadLinks: settings.uploadLinks,
      serve: prefixes => this.serve(prefixes),
      addCallerIndex: () => this.parts.addCallerIndex(),
    })
    if (props.issuers !== undefined) issuers.addAll(props.issuers)
    this.grants = new OnceGrants(issuers)
    this.node.addValidation({ validate: () => (this.#serving.by === undefined ? [withoutDistribution] : []) })
    this.node.addValidation({ validate: () => [...beyondLimits(this, this.parts.stacks)] })
  }

  /** `https://` and the host of links: a token that resolves when the app is synthesised. */
  get linkOrigin(): string {
    return this.#serving.linkOrigin
  }

  /**
   * The address of the api, with its stage and a slash at the end: that in the Region of the stack or, if there is none, in the first
   * Region of the api. A stack that is deployed before that Region's can't refer to it.
   */
  get apiUrl(): string {
    return this.parts.nearestApi.url
  }

  /** The address of the token API, in the same Region as that of `apiUrl`. Throws an `OnceAtEdgeError` without the prop `auth`. */
  get tokenApiUrl(): string {
    const { tokens } = this.parts.nearestApi
    if (tokens !== undefined) return tokens.api.url
    throw new OnceAtEdgeError('no-token-api', {
      problem: 'there is no token API',
      got: 'an OnceAtEdge without the prop auth',
      allowed: 'one with auth, which names an OpenID Connect provider',
    })
  }

  /** The bucket of the files. @internal */
  get bucket(): IBucketRef {
    const bucket = this.deployment.existing?.content?.bucket ?? this.parts.homePart.data.content?.bucket
    assert(bucket, 'files are in a bucket of yours, or in one of the deployment')
    return bucket
  }

  /** The edge function, its keys and its web ACL, in us-east-1. @internal */
  get edge(): Edge {
    return this.parts.edgePart.edge
  }

  /**
   * Creates a distribution that serves nothing but links and files, in the stack of the construct. Throws an `OnceAtEdgeError` if there
   * is a distribution already, or if a setting is possible in us-east-1 only and the stack is elsewhere.
   */
  createDistribution(): Distribution {
    this.#refuseSecond()
    const distribution = createOwnDistribution(this, this.deployment, this.parts)
    const { distributionId, distributionDomainName } = distribution
    this.useDistribution({
      distribution,
      distributionId,
      linkHost: this.deployment.settings.domainName ?? distributionDomainName,
    })
    return distribution
  }

  /** Links that were used, summed over 5 minutes: in the first home Region, unless `options` name another. */
  metricRedeemed(options?: MetricOptions): Metric {
    return countMetric(this.deployment.settings, 'Redeemed', options)
  }

  /** Links that were revoked, summed over 5 minutes: in the first home Region, unless `options` name another. */
  metricRevoked(options?: MetricOptions): Metric {
    return countMetric(this.deployment.settings, 'Revoked', options)
  }

  /** Refusals of used links with a receipt, to others than the first client: in the first home Region, unless `options` name another. */
  metricRefused(options?: MetricOptions): Metric {
    return countMetric(this.deployment.settings, 'UsedLinksRefused', options)
  }

  /** Responses of the table that were lost for good, in all Regions: the total of 15 minutes, in us-east-1. */
  metricOutcomeUnknown(options?: MetricOptions): Metric {
    return totalMetric(this.deployment.settings, 'OutcomeUnknownTotal', options)
  }

  /** Responses of the api with 5xx, in all its Regions: the total of 15 minutes, in us-east-1. */
  metricApiErrors(options?: MetricOptions): Metric {
    return totalMetric(this.deployment.settings, 'ApiErrors', options)
  }

  /**
   * Adds links and files to a distribution of yours: the behaviour of `/d/*`, and one for each folder of files. Nothing else of it changes.
   * It is in the stack of the construct or, if that is not in us-east-1, in any stack. Throws an `OnceAtEdgeError` if this can't work;
   * at the end of the synthesis the distribution is checked as it is then.
   */
  addTo(distribution: Distribution, options: AddToOptions = {}): void {
    this.#refuseSecond()
    this.#added = addTo(this, distribution, options)
    this.#added.serve(this.#issuerPrefixes)
  }

  /** Serves the files of an issuer too, if the distribution is one of yours and no folders were given. @internal */
  serve(prefixes: readonly string[]): void {
    this.#issuerPrefixes.push(...prefixes)
    this.#added?.serve(prefixes)
  }

  /**
   * Completes what refers to the distribution, whichever it is: origin of links, the bucket's policy, alarms, dashboard.
   * @internal
   */
  useDistribution(servedBy: ServedBy): void {
    this.#serving.by = servedBy
    if (servedBy.isElsewhere !== true) new CfnOutput(this, 'LinkOrigin', { value: this.linkOrigin })
    const { distribution, distributionId, contentPrefixes: prefixes } = servedBy
    this.deployment.existing?.content?.allow(distribution)
    if (distributionId !== undefined) this.parts.homePart.data.content?.allowRead(distributionId)
    createAfter(distribution, this.bucket)
    addManifest(this, this.deployment, () => ({ distribution, prefixes }))
    // An alarm is in the Region of its metric, and us-east-1 is deployed before stacks elsewhere.
    const isNear = Stack.of(this).region === edgeStackRegion
    this.edge.watch(isNear ? distributionId : undefined)
    if (isNear && distributionId !== undefined) return
    warn(
      this,
      'no-distribution-alarm',
      'There is no alarm of the distribution and no graph of it: they would have to be in us-east-1, before the distribution. Put the construct into a stack in us-east-1, or create an alarm of AWS/CloudFront 5xxErrorRate.',
    )
  }

  #refuseSecond(): void {
    if (this.#serving.by === undefined) return
    throw new OnceAtEdgeError('second-distribution', {
      problem: 'the construct has a distribution already',
      got: 'a second one',
      allowed: 'one, because a link has one host: create a further OnceAtEdge with another name',
    })
  }
}

const withoutDistribution = messageOf('no-distribution', {
  problem: 'no distribution serves the links',
  got: 'an OnceAtEdge without one',
  allowed: 'one call of createDistribution() or addTo()',
})

/** The constructs of each app, with their names. */
const known = new WeakMap<object, { readonly name: string; readonly scope: Construct }[]>()

/**
 * Refuses a second construct with the same name in an app, unless both have known accounts that differ: all physical names begin with
 * it.
 */
function refuseTwins(scope: Construct, name: string): void {
  const others = known.get(scope.node.root) ?? []
  known.set(scope.node.root, [...others, { name, scope }])
  const { account } = Stack.of(scope)
  const isElsewhere = (other: Construct) =>
    Token.compareStrings(Stack.of(other).account, account) === TokenComparison.DIFFERENT
  const twin = others.find(other => other.name === name && !isElsewhere(other.scope))
  if (twin === undefined) return
  throw new OnceAtEdgeError('name-in-use', {
    problem: `${twin.scope.node.path} has the name ${name} already, with which all physical names begin`,
    got: `${scope.node.path} with the same name`,
    allowed: 'another `name`, or stacks with different accounts in their `env`',
  })
}
