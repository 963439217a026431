/** Returns a bucket, and what delivers the access log of the `Distribution` of the same template to it. */
export function logResources(name: string): Readonly<Record<string, object>> {
  return { ...bucketForLogs, ...logDeliveryOf(name) }
}

function logDeliveryOf(name: string): Readonly<Record<string, object>> {
  const destination = { 'Fn::GetAtt': ['Destination', 'Arn'] }
  return {
    Source: {
      Type: 'AWS::Logs::DeliverySource',
      Properties: {
        Name: name,
        LogType: 'ACCESS_LOGS',
        ResourceArn: { 'Fn::Sub': 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}' },
      },
    },
    Destination: {
      Type: 'AWS::Logs::DeliveryDestination',
      Properties: { Name: name, DestinationResourceArn: { 'Fn::GetAtt': ['Bucket', 'Arn'] }, OutputFormat: 'json' },
    },
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
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
    },
  },
  Policy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: logDeliveryPolicy },
  },
}
