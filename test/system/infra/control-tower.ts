/** Rules of AWS Control Tower that templates of ours break, each with the reason why it may. */
export const acknowledged: Readonly<Record<string, string>> = {
  'CT.APIGATEWAY.PR.2': 'Traces would hold nothing that access logs and metrics do not.',
  'CT.CLOUDFRONT.PR.1': 'There is no page at the root: a request without a signature is refused.',
  'CT.CLOUDFRONT.PR.4': 'There is one bucket; a second origin would need a second copy of every file.',
  'CT.CLOUDFRONT.PR.5': 'Logging v2 is on; the first version, which the rule looks for, logs nonces.',
  'CT.CLOUDFRONT.PR.6': 'Only without a domain of its own: AWS has the certificate.',
  'CT.CLOUDFRONT.PR.7': 'Only without a domain of its own.',
  'CT.CLOUDFRONT.PR.9': 'Only without a domain of its own: then AWS chooses the versions of TLS.',
  'CT.CLOUDWATCH.PR.1':
    'Alarms are heard on the bus, which every Region reaches; an action reaches its own Region only.',
  'CT.CLOUDWATCH.PR.2': 'The rule wants a year; how long logs are kept is a setting, and shorter is more private.',
  'CT.CLOUDWATCH.PR.3': 'Logs hold nothing secret; CloudWatch encrypts them with a key of its own.',
  'CT.LAMBDA.PR.2': 'Each permission names its one caller by ARN; the rule takes no ARN that is put together.',
  'CT.LAMBDA.PR.3': 'Only the private network has a VPC; the others need nothing that is in one.',
  'CT.S3.PR.2': "A log of S3's would hold the keys of objects; CloudFront logs each download without them.",
  'CT.S3.PR.4': 'Nothing waits for files to arrive.',
  'CT.S3.PR.9': 'Files may be deleted; versions keep them for a month.',
  'CT.S3.PR.10': 'Access logs hold nothing secret; S3 encrypts them with a key of its own.',
  'CT.S3.PR.11': 'Access logs are written once.',
  'CT.SQS.PR.1': 'This queue is where what could not be told is kept.',
}
