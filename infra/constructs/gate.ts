import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { Construct } from 'constructs'
import type { Names } from '../names.ts'

/** Props of `Gate`. */
export interface GateProps {
  readonly names: Names
  /** Its source, the same for every deployment: it needs no secret, no key-value store and no configuration. */
  readonly code: string
}

/**
 * The gate, a CloudFront Function in front of the content. It passes a request unchanged or refuses it, by what
 * CloudFront's own signature authenticates. CloudFront associates only what is published (stage LIVE).
 */
export class Gate extends Construct {
  readonly #function: cloudfront.Function

  constructor(scope: Construct, id: string, { names, code }: GateProps) {
    super(scope, id)
    this.#function = new cloudfront.Function(this, 'Function', {
      functionName: names.gate,
      comment: 'Checks to which client a signed URL is bound',
      code: cloudfront.FunctionCode.fromInline(code),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    })
  }

  /** How a behaviour calls it. */
  get association(): cloudfront.FunctionAssociation {
    return { function: this.#function, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }
  }
}
