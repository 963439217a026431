import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { Construct } from 'constructs'

/** Props of `ContentFunction`. */
export interface ContentFunctionProps {
  readonly functionName: string
  readonly comment: string
  /** Its source, the same for every deployment: it needs no secret, no key-value store and no configuration. */
  readonly code: string
  /** When CloudFront calls it. */
  readonly eventType: cloudfront.FunctionEventType
}

/**
 * A CloudFront Function at the content: the gate in front of it, or the delivery function behind it (gate/). CloudFront associates only
 * what is published (stage LIVE).
 */
export class ContentFunction extends Construct {
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
