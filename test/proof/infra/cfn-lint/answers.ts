/** Why findings of cfn-lint stay: one line for each rule and kind of place. */
export interface Answer {
  readonly rule: string
  /** The type of the resource with the finding. @default any */
  readonly type?: string
  /** The type of the other resource that the finding names. @default any or none */
  readonly other?: string
  readonly reason: string
}

/** The findings that stay. */
export const answers: readonly Answer[] = [
  {
    rule: 'W3005',
    type: 'AWS::Lambda::Function',
    other: 'AWS::IAM::Role',
    reason:
      'The CDK lets a function wait for its role and the policy beside it; naming the role twice changes nothing.',
  },
  {
    rule: 'W3005',
    type: 'AWS::Lambda::Function',
    other: 'AWS::CloudFront::Distribution',
    reason: 'All functions of the API wait for the distribution that opens their links; one of them names it as well.',
  },
  {
    rule: 'W3005',
    type: 'AWS::S3::Bucket',
    other: 'AWS::SQS::Queue',
    reason: 'The CDK lets a bucket wait for the policy of the queue that it notifies, and names the queue with it.',
  },
  {
    rule: 'W3010',
    type: 'AWS::EC2::Subnet',
    reason: 'A setting names the zones, because not every zone serves Lambda and the endpoints.',
  },
  {
    rule: 'I1022',
    reason: 'The CDK joins text, for any delimiter; `Fn::Sub` would read better, but templates are made, not edited.',
  },
  { rule: 'I4010', reason: 'Architecture is described in ARCHITECTURE.md, beside the code that makes the templates.' },
]
