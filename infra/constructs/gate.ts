import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Names } from '../names.ts'
import type { Settings } from '../settings.ts'
import { alarm, awsMetric } from './alarms.ts'

/** Props of `Gate`. */
export interface GateProps {
  readonly settings: Settings
  readonly names: Names
  /** Its source, the same for every deployment: it needs no secret, no key-value store and no configuration. */
  readonly code: string
}

/**
 * The gate, a CloudFront Function in front of the content, and an alarm. It passes a request unchanged or refuses it, by what
 * CloudFront's own signature authenticates. CloudFront associates only what is published (stage LIVE).
 */
export class Gate extends Construct {
  readonly #function: cloudfront.Function

  constructor(scope: Construct, id: string, { settings, names, code }: GateProps) {
    super(scope, id)
    this.#function = new cloudfront.Function(this, 'Function', {
      functionName: names.gate,
      comment: 'Checks to which client a signed URL is bound',
      code: cloudfront.FunctionCode.fromInline(code),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    })
    this.#addAlarm(settings.name, names.gate)
  }

  /** How a behaviour calls it. */
  get association(): cloudfront.FunctionAssociation {
    return { function: this.#function, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }
  }

  /**
   * Refusals raise no alarm: they are its task. After an exception, a result that CloudFront doesn't accept, or too much work, the
   * viewer gets an error. A metric without data counts as 0, or the sum would have none either.
   */
  #addAlarm(name: string, functionName: string): void {
    const metric = (metricName: string) =>
      awsMetric('CloudFront', metricName, { dimensionsMap: { FunctionName: functionName, Region: 'Global' } })
    alarm(this, 'Failing', {
      name: `${name}-gate-failing`,
      description:
        'The gate fails: viewers get an error instead of their file. Go back to the version before (docs/deploy.md).',
      metric: new MathExpression({
        expression: 'FILL(execution, 0) + FILL(validation, 0) + FILL(throttles, 0)',
        usingMetrics: {
          execution: metric('FunctionExecutionErrors'),
          validation: metric('FunctionValidationErrors'),
          throttles: metric('FunctionThrottles'),
        },
        period: Duration.minutes(5),
      }),
      threshold: 1,
    })
  }
}
