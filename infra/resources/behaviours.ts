import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { allowsOwnPolicies } from '../../shared/cloudfront/plan.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { gateSource, scriptSource } from '../code/function-code.ts'
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
      published(scope, 'gate', { settings, names }),
      ...(hasOwnPolicies ? [] : [published(scope, 'pinnedVersion', { settings, names })]),
    ],
  }
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

/** The functions at the content (edge/gate/), by the keys of their physical names. */
const scripts = {
  /** Passes a request unchanged or refuses it, by what CloudFront's own signature authenticates. */
  gate: {
    id: 'Gate',
    comment: 'Checks to which client a signed URL is bound',
    eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
    sourceIn: gateSource,
  },
  /** Delivers only the version in the URL, with the headers of a file, where the plan allows no policies of our own. */
  pinnedVersion: {
    id: 'Delivery',
    comment: 'Delivers the version in the URL only, with headers and file name',
    eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE,
    sourceIn: (scope: Construct) => scriptSource(scope, 'pinned-version'),
  },
} as const

/**
 * Publishes a CloudFront Function at the content. Its code is the same for every deployment, but for the origins of pages: it needs no
 * secret and no key-value store. CloudFront associates only what is published (stage LIVE).
 */
function published(
  scope: Construct,
  name: keyof typeof scripts,
  { settings, names }: DeploymentProps,
): cloudfront.FunctionAssociation {
  const { id, comment, eventType, sourceIn } = scripts[name]
  const script = new cloudfront.Function(new Construct(scope, id), 'Function', {
    functionName: names[name],
    comment,
    code: cloudfront.FunctionCode.fromInline(sourceIn(scope, settings)),
    runtime: cloudfront.FunctionRuntime.JS_2_0,
  })
  return { function: script, eventType }
}
