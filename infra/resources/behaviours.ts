import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { allowsOwnPolicies } from '../../shared/plan.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { scriptSource } from '../code/function-code.ts'
import { managedPolicies, ownPolicies } from './content-policies.ts'

const { VIEWER_REQUEST, VIEWER_RESPONSE } = cloudfront.FunctionEventType

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
  const comment = 'Checks to which client a signed URL is bound'
  const code = scriptSource(scope, 'gate')
  return { function: published(scope, 'Gate', { functionName, comment, code }), eventType: VIEWER_REQUEST }
}

/** Without policies of our own, it delivers no other version than the one in the URL, with the headers of a file. */
function pinnedVersion(scope: Construct, functionName: string): cloudfront.FunctionAssociation {
  const comment = 'Delivers the version in the URL only, with headers and file name'
  const code = scriptSource(scope, 'pinned-version')
  return { function: published(scope, 'Delivery', { functionName, comment, code }), eventType: VIEWER_RESPONSE }
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

/**
 * Returns a CloudFront Function at the content: the gate in front of it, or the pinned-version function behind it (edge/gate/). Its code is
 * the same for every deployment: it needs no secret, no key-value store and no configuration. CloudFront associates only what is published
 * (stage LIVE).
 */
function published(
  scope: Construct,
  id: string,
  { code, ...named }: { readonly functionName: string; readonly comment: string; readonly code: string },
): cloudfront.Function {
  return new cloudfront.Function(new Construct(scope, id), 'Function', {
    ...named,
    code: cloudfront.FunctionCode.fromInline(code),
    runtime: cloudfront.FunctionRuntime.JS_2_0,
  })
}
