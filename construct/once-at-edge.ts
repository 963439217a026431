import { CfnOutput, Lazy, Stack } from 'aws-cdk-lib'
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import { Construct } from 'constructs'
import { assert } from '../shared/errors.ts'
import type { DeploymentProps } from './deployment-props.ts'
import { messageOf, OnceAtEdgeError, warn } from './errors.ts'
import { setFeatureFlags } from './feature-flags.ts'
import { OnceGrants } from './issuers/grants.ts'
import { IssuerList } from './issuers/issuer-list.ts'
import { namesOf } from './names.ts'
import { refuseTwins } from './twins.ts'
import type { OnceAtEdgeProps } from './props.ts'
import { readProps } from './read-props.ts'
import { createOwnDistribution } from './own-distribution.ts'
import type { Api } from './resources/api.ts'
import type { Edge } from './resources/edge.ts'
import { type ServedBy, Serving } from './serving.ts'
import { apiRegionsOf, edgeStackRegion } from './settings.ts'
import { Parts } from './stacks/parts.ts'

/**
 * Download links that work once: a table of links, the edge function that redeems them, an api that issues them, keys, alarms, and a
 * private bucket for files. A distribution serves links and files: call `createDistribution` once.
 *
 * What belongs to the Region of the stack is in the stack, the rest in stacks beside it: edge function and keys in us-east-1, copies in
 * other Regions. The stack must have a concrete Region: us-east-1, or the first home Region.
 */
export class OnceAtEdge extends Construct {
  /** What all parts have in common: settings and physical names. @internal */
  readonly deployment: DeploymentProps
  /** The parts, by Region. @internal */
  readonly parts: Parts
  /** Grants to those who issue, read, revoke and exchange links. */
  readonly grants: OnceGrants
  readonly #serving = new Serving()

  /**
   * Creates everything but the distribution. Throws an `OnceAtEdgeError` if a prop is invalid, or if the stack is in a Region in which
   * the construct can't be.
   */
  constructor(scope: Construct, id: string, props: OnceAtEdgeProps = {}) {
    super(scope, id)
    setFeatureFlags(this)
    const settings = readProps(this, props)
    refuseTwins(this, settings.name)
    const inForce = Lazy.uncachedAny({ produce: () => issuers.entries })
    this.deployment = { settings, names: namesOf(settings.name), issuers: inForce }
    this.parts = new Parts(this, { ...this.deployment, linkOrigin: this.#serving.linkOrigin })
    const issuers = new IssuerList(this, this.parts.apis)
    for (const issuer of props.issuers ?? []) issuers.add(issuer)
    this.grants = new OnceGrants(issuers)
    this.node.addValidation({ validate: () => (this.#serving.by === undefined ? [withoutDistribution] : []) })
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
    return this.#nearestApi.url
  }

  /** The address of the token API, in the same Region as that of `apiUrl`. Throws an `OnceAtEdgeError` without the prop `auth`. */
  get tokenApiUrl(): string {
    const { tokenUrl } = this.#nearestApi
    if (tokenUrl !== undefined) return tokenUrl
    throw new OnceAtEdgeError('no-token-api', {
      problem: 'there is no token API',
      got: 'an OnceAtEdge without the prop auth',
      allowed: 'one with auth, which names an OpenID Connect provider',
    })
  }

  get #nearestApi(): Api {
    const { region } = Stack.of(this)
    const [first] = apiRegionsOf(this.deployment.settings)
    const apis = [...this.parts.regions].flatMap(([each, { api }]) => (api === undefined ? [] : [[each, api] as const]))
    const found = apis.find(([each]) => each === region) ?? apis.find(([each]) => each === first)
    assert(found, 'each Region of the api has a part')
    return found[1]
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
    this.useDistribution({ distributionId, linkHost: this.deployment.settings.domainName ?? distributionDomainName })
    return distribution
  }

  /**
   * Completes what refers to the distribution, whichever it is: origin of links, the bucket's policy, alarms, dashboard.
   * @internal
   */
  useDistribution(servedBy: ServedBy): void {
    this.#refuseSecond()
    this.#serving.by = servedBy
    new CfnOutput(this, 'LinkOrigin', { value: this.linkOrigin })
    const { distributionId } = servedBy
    if (distributionId !== undefined) this.parts.homePart.data.content.allowRead(distributionId)
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
  allowed: 'one call of createDistribution()',
})
