import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { allowsOwnPolicies } from '../../shared/plan.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { scriptSource } from '../code/function-code.ts'
import { managedPolicies, ownPolicies } from './content-policies.ts'

/** Props of `contentBehaviour`. */
export interface ContentBehaviourProps extends DeploymentProps {
  readonly origin: cloudfront.IOrigin
  /** The key group that signs capabilities. */
  readonly keyGroupId: string
}

/**
 * Returns the behaviour of files: signed requests only, through the gate, also if no link is bound to a client (setting `gate`): so
 * it is there before any link needs it. Browsers don't cache a file, run it or show it in a page of ours. What it needs is created
 * in `scope`, once.
 */
export function contentBehaviour(
  scope: Construct,
  { settings, names, origin, keyGroupId }: ContentBehaviourProps,
): cloudfront.BehaviorOptions {
  const hasOwnPolicies = allowsOwnPolicies(settings.plan)
  return {
    origin,
    trustedKeyGroups: [cloudfront.KeyGroup.fromKeyGroupId(scope, 'KeyGroup', keyGroupId)],
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD, // CloudFront would respond to OPTIONS without a signature
    compress: false,
    ...(hasOwnPolicies ? ownPolicies(scope, settings) : managedPolicies),
    functionAssociations: [
      gate(scope, names.gate),
      ...(hasOwnPolicies ? [] : [pinnedVersion(scope, names.pinnedVersion)]),
    ],
  }
}

/** The gate passes a request unchanged or refuses it, by what CloudFront's own signature authenticates. */
function gate(scope: Construct, functionName: string): cloudfront.FunctionAssociation {
  return new ContentFunction(scope, 'Gate', {
    functionName,
    comment: 'Checks to which client a signed URL is bound',
    code: scriptSource(scope, 'gate'),
    eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
  }).association
}

/** Without policies of our own, it delivers no other version than the one in the URL, with the headers of a file. */
function pinnedVersion(scope: Construct, functionName: string): cloudfront.FunctionAssociation {
  return new ContentFunction(scope, 'Delivery', {
    functionName,
    comment: 'Delivers the version in the URL only, with headers and file name',
    code: scriptSource(scope, 'pinned-version'),
    eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE,
  }).association
}

/**
 * Returns the behaviour of `/d/*`: no signature, no cache, and only the function responds. It gets bodies: a passphrase is in one.
 * `origin` should have no content behind its path, in case the function is removed.
 */
export function linksBehaviour(
  origin: cloudfront.IOrigin,
  functionVersion: lambda.IVersion,
): cloudfront.BehaviorOptions {
  return {
    origin,
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
    compress: false,
    cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
    edgeLambdas: [{ eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST, functionVersion, includeBody: true }],
  }
}

/** Props of `ContentFunction`. */
interface ContentFunctionProps {
  readonly functionName: string
  readonly comment: string
  /** Its source, the same for every deployment: it needs no secret, no key-value store and no configuration. */
  readonly code: string
  /** When CloudFront calls it. */
  readonly eventType: cloudfront.FunctionEventType
}

/**
 * A CloudFront Function at the content: the gate in front of it, or the pinned-version function behind it (edge/gate/). CloudFront associates only
 * what is published (stage LIVE).
 */
class ContentFunction extends Construct {
  /** How a behaviour calls it. */
  readonly association: cloudfront.FunctionAssociation

  constructor(scope: Construct, id: string, { functionName, comment, code, eventType }: ContentFunctionProps) {
    super(scope, id)
    const published = new cloudfront.Function(this, 'Function', {
      functionName,
      comment,
      code: cloudfront.FunctionCode.fromInline(code),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    })
    this.association = { function: published, eventType }
  }
}
