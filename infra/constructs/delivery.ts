import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { Construct } from 'constructs'
import type { Names } from '../names.ts'

/** Props of `Delivery`. */
export interface DeliveryProps {
  readonly names: Names
  /** Its source, the same for every deployment. */
  readonly code: string
}

/**
 * The delivery function, a CloudFront Function behind the content, if the plan of the distribution allows no policies of our own.
 * It delivers no other version than the one in the URL, with the headers of a file.
 */
export class Delivery extends Construct {
  readonly #function: cloudfront.Function

  constructor(scope: Construct, id: string, { names, code }: DeliveryProps) {
    super(scope, id)
    this.#function = new cloudfront.Function(this, 'Function', {
      functionName: names.delivery,
      comment: 'Delivers the version in the URL only, with headers and file name',
      code: cloudfront.FunctionCode.fromInline(code),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    })
  }

  /** How a behaviour calls it. */
  get association(): cloudfront.FunctionAssociation {
    return { function: this.#function, eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE }
  }
}
