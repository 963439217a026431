/** Returns a resource of a template. */
export function resource(Type: string, Properties: object): object {
  return { Type, Properties }
}

/** Returns a bucket, and what delivers the access log of the `Distribution` of the same template to it. */
export function logResources(name: string): Readonly<Record<string, object>> {
  return { ...bucketForLogs, ...logDeliveryOf(name) }
}

function logDeliveryOf(name: string): Readonly<Record<string, object>> {
  const destination = { 'Fn::GetAtt': ['Destination', 'Arn'] }
  return {
    Source: resource('AWS::Logs::DeliverySource', {
      Name: name,
      LogType: 'ACCESS_LOGS',
      ResourceArn: { 'Fn::Sub': 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}' },
    }),
    Destination: resource('AWS::Logs::DeliveryDestination', {
      Name: name,
      DestinationResourceArn: { 'Fn::GetAtt': ['Bucket', 'Arn'] },
      OutputFormat: 'json',
    }),
    Delivery: {
      Type: 'AWS::Logs::Delivery',
      DependsOn: ['Source', 'Policy'],
      Properties: {
        DeliverySourceName: name,
        DeliveryDestinationArn: destination,
        RecordFields: ['date', 'time', 'x-edge-request-id', 'sc-status', 'viewer-request-log-data'],
      },
    },
  }
}

const logDeliveryPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: { 'Fn::Sub': '${Bucket.Arn}/*' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    },
  ],
}

const bucketForLogs = {
  Bucket: resource('AWS::S3::Bucket', {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
  }),
  Policy: resource('AWS::S3::BucketPolicy', { Bucket: { Ref: 'Bucket' }, PolicyDocument: logDeliveryPolicy }),
}
