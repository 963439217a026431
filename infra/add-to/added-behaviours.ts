import { AspectPriority, Aspects } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct, type IConstruct } from 'constructs'
import { outermost } from '../../shared/callers/issuers.ts'
import { parseObjectKey, resourcePath } from '../../shared/object-key.ts'
import { acknowledgeWarning } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { isAcknowledged, messageOf, OnceAtEdgeError, warn } from '../errors.ts'
import { setFeatureFlags } from '../feature-flags.ts'
import { contentBehaviour, linksBehaviour } from '../resources/behaviours.ts'
import { contentOriginIn } from '../resources/content-bucket.ts'
import type { Edge } from '../resources/edge.ts'
import { checkDistribution } from './check.ts'
import { type Finding, originIds } from './config.ts'
import { edgeIn } from '../resources/edge-in.ts'
import { linkPattern } from './path-pattern.ts'
import { addedId, resourceOf } from './refused-settings.ts'

/** Props of `AddedBehaviours`. */
export interface AddedBehavioursProps extends DeploymentProps {
  readonly edge: Edge
  /** The bucket of the content. */
  readonly bucket: s3.IBucketRef
  /** @default - those of issuers, as `serve` adds them */
  readonly prefixes?: readonly string[] | undefined
}

/**
 * The behaviours of links and files in a distribution of yours, with what they need beside it. They are checked at the end of the
 * synthesis, because the distribution may change until then.
 */
export class AddedBehaviours extends Construct {
  readonly #distribution: cloudfront.Distribution
  readonly #props: AddedBehavioursProps
  readonly #content: cloudfront.BehaviorOptions
  readonly #served: string[] = []
  #isForAll = false

  constructor(distribution: cloudfront.Distribution, props: AddedBehavioursProps) {
    super(distribution, addedId)
    setFeatureFlags(this)
    this.#distribution = distribution
    this.#props = props
    const { settings, names, edge } = props
    const content = contentOriginIn(this, 'Content', props)
    const originAccessControl = new cloudfront.S3OriginAccessControl(this, 'Access')
    const origin = (originId: string, originPath?: string) =>
      origins.S3BucketOrigin.withOriginAccessControl(content, {
        originId,
        originAccessControl,
        ...(originPath !== undefined && { originPath }),
      })
    const { viewerRequest, keyGroupId, webAclArn } = edgeIn(this, edge, settings)
    this.#content = contentBehaviour(this, { settings, names, origin: origin(originIds.content), keyGroupId })
    this.#add(linkPattern, linksBehaviour(origin(originIds.links, '/-no-content-behind-links'), viewerRequest))
    if (webAclArn !== undefined) this.#attachWebAcl(webAclArn)
    for (const prefix of outermost(props.prefixes ?? [])) this.#serve(prefix)
    this.#check()
  }

  /** The prefixes that are served so far. */
  get prefixes(): readonly string[] {
    return this.#served
  }

  /**
   * Serves the prefixes of an issuer too. If prefixes were given, it serves no others, and throws for an issuer who could issue for none
   * of them. An issuer for all files is a mistake that the end of the synthesis shows, unless prefixes were given.
   */
  serve(prefixes: readonly string[]): void {
    this.#isForAll ||= prefixes.includes('')
    for (const prefix of outermost(prefixes.filter(each => each !== ''))) {
      if (this.#served.some(other => prefix.startsWith(other))) continue
      if (this.#props.prefixes === undefined) this.#serve(prefix)
      else if (!this.#served.some(other => other.startsWith(prefix))) throw notServed(prefix, this.#served)
    }
  }

  #serve(prefix: string): void {
    if (!isServablePrefix(prefix)) {
      throw new OnceAtEdgeError('prefix', {
        problem: 'this prefix can be no path pattern of a distribution',
        got: JSON.stringify(prefix),
        allowed: prefixRule,
      })
    }
    this.#served.push(prefix)
    this.#add(patternOf(prefix), this.#content)
  }

  #add(pattern: string, options: cloudfront.BehaviorOptions): void {
    const { node } = this.#distribution
    const before = new Set(node.children)
    this.#distribution.addBehavior(pattern, options.origin, options)
    const reason = 'The bucket is named here only; its policy is where it is defined.'
    for (const added of node.children.filter(child => !before.has(child))) {
      acknowledgeWarning(added, '@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac', reason)
    }
  }

  /** Attaches the web ACL of the settings; the distribution has one at most. */
  #attachWebAcl(arn: string): void {
    try {
      this.#distribution.attachWebAclId(arn)
    } catch {
      throw new OnceAtEdgeError('second-web-acl', {
        problem: 'a distribution has one web ACL at most',
        got: 'a web ACL of the distribution, and one of OnceAtEdge',
        allowed: 'one of them: a rule of the web ACL of the distribution can limit requests for /d/ by address',
      })
    }
  }

  #check(): void {
    const mistakes = () =>
      [...this.#findings()].filter(
        ({ id, level }) => level === 'error' || (level === 'risk' && !isAcknowledged(this, id)),
      )
    this.node.addValidation({ validate: () => mistakes().map(finding => messageOf(finding.id, finding)) })
    // After all aspects that change something; a validation comes too late for a warning.
    const visit = (node: IConstruct) => {
      if (node !== this) return
      for (const { id, level, problem, got, allowed } of this.#findings())
        if (level !== 'error') warn(this, id, `${problem}; got ${got}; allowed: ${allowed}`)
    }
    Aspects.of(this).add({ visit }, { priority: AspectPriority.READONLY })
  }

  *#findings(): Iterable<Finding> {
    const { bucket, settings, prefixes } = this.#props
    const isForAll = prefixes === undefined && this.#isForAll
    if (isForAll) yield notServable('an issuer for all files')
    else if (this.#served.length === 0) yield notServable('no prefix, and no issuer with one')
    yield* checkDistribution(resourceOf(this.#distribution), { bucket, settings })
  }
}

function notServable(got: string): Finding {
  return {
    id: 'no-prefixes',
    level: 'error',
    problem: 'which files the distribution delivers is not known',
    got,
    allowed: "addTo(distribution, { prefixes: ['reports/'] }), or prefixes for each issuer",
  }
}

function notServed(prefix: string, served: readonly string[]): OnceAtEdgeError {
  return new OnceAtEdgeError('prefix-not-served', {
    problem: 'an issuer may issue for files that the distribution does not deliver',
    got: JSON.stringify(prefix),
    allowed: `a prefix below ${served.join(', ')}, which are the prefixes of addTo`,
  })
}

/** What `checkPrefix` accepts, for error messages. */
const prefixRule =
  'a folder such as reports/: it ends with a slash and does not start with one, of letters, digits and . _ ~ - /, not d/ or once-pages/, up to 253 characters'

/** Longest path pattern, in characters (CloudFront, "Cache behavior settings"). */
const maxPattern = 255

/**
 * Returns whether a prefix of keys can be the beginning of a path pattern. A pattern has fewer characters than a key, and no page of AWS
 * says how a percent-encoded path is compared with one: so keys below the prefix must spell it as the path does.
 */
export function isServablePrefix(prefix: string): boolean {
  const key = parseObjectKey(`${prefix}x`)
  if (key === undefined || !prefix.endsWith('/')) return false
  return resourcePath({ key }) === `/${prefix}x` && patternOf(prefix).length <= maxPattern
}

/** Returns the path pattern of a prefix: the path of a file is its key. */
export function patternOf(prefix: string): string {
  return `/${prefix}*`
}
