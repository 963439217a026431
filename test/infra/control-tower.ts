/** Rules of AWS Control Tower that templates of ours break, each with the reason why it may. */
export const acknowledged: Readonly<Record<string, string>> = {
  'ct-apigateway-pr-2': 'Traces would hold nothing that access logs and metrics do not.',
  'ct-cloudfront-pr-1': 'There is no page at the root: a request without a signature is refused.',
  'ct-cloudfront-pr-4': 'There is one bucket; a second origin would need a second copy of every file.',
  'ct-cloudfront-pr-5': 'Logging v2 is on; the first version, which the rule looks for, logs nonces.',
  'ct-cloudfront-pr-6': 'Only without a domain of its own: AWS has the certificate.',
  'ct-cloudfront-pr-7': 'Only without a domain of its own.',
  'ct-cloudfront-pr-9': 'Only without a domain of its own: then AWS chooses the versions of TLS.',
  'ct-cloudwatch-pr-1':
    'Alarms are heard on the bus, which every Region reaches; an action reaches its own Region only.',
  'ct-cloudwatch-pr-2': 'The rule wants a year; how long logs are kept is a setting, and shorter is more private.',
  'ct-cloudwatch-pr-3': 'Logs hold nothing secret; CloudWatch encrypts them with a key of its own.',
  'ct-lambda-pr-2': 'Each permission names its one caller by ARN; the rule takes no ARN that is put together.',
  'ct-lambda-pr-3': 'Only the private network has a VPC; the others need nothing that is in one.',
  'ct-s3-pr-2': "A log of S3's would hold the keys of objects; CloudFront logs each download without them.",
  'ct-s3-pr-4': 'Nothing waits for files to arrive.',
  'ct-s3-pr-9': 'Files may be deleted; versions keep them for a month.',
  'ct-s3-pr-10': 'Access logs hold nothing secret; S3 encrypts them with a key of its own.',
  'ct-s3-pr-11': 'Access logs are written once.',
  'ct-sqs-pr-1': 'This queue is where what could not be told is kept.',
}
