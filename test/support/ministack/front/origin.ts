import { Readable } from 'node:stream'
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { AwsClient } from 'aws4fetch'
import { type Origin, xmlResponse } from '../../../../emulator/s3/origin.ts'

/** Where a bucket is, and who asks. */
export interface BucketOrigin {
  readonly endpoint: string
  readonly account: string
  /** Host of the bucket, such as `name.s3.us-east-1.amazonaws.com`. */
  readonly host: string
  /** Prefix of every path. */
  readonly originPath: string
  /** ARN of the distribution, which the policy of the bucket must allow. */
  readonly distributionArn: string
}

/** Headers that MiniStack adds and S3 does not. */
const added = /^(access-control-|x-amzn-requestid$|connection$|keep-alive$|transfer-encoding$|date$)/

/**
 * Asks a bucket as an origin access control does: with a signature of CloudFront's, which the bucket's policy must allow for this
 * distribution; otherwise with 403, as S3 responds, also to a missing object if the policy does not let CloudFront list the bucket.
 * MiniStack does not check policies of buckets, so this does.
 */
export function bucketOrigin(place: BucketOrigin): Origin {
  const [, bucket = '', region = ''] = /^(.+)\.s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(place.host) ?? []
  const credentials = { accessKeyId: place.account, secretAccessKey: 'test' }
  const signer = new AwsClient({ ...credentials, service: 's3', region, retries: 0 })
  const s3 = new S3Client({ endpoint: place.endpoint, region, credentials, forcePathStyle: true })
  return async ({ method, target, headers }) => {
    const path = `${place.originPath}${target}`
    const wants = path.includes('versionId=') ? ['s3:GetObject', 's3:GetObjectVersion'] : ['s3:GetObject']
    const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))
    const arn = `arn:aws:s3:::${bucket}`
    const may = (actions: readonly string[], resource: string) =>
      allows(JSON.parse(Policy) as PolicyDocument, actions, { resource, distribution: place.distributionArn })
    if (!may(wants, arn + decodeURIComponent(path.split('?')[0] ?? ''))) return denied()
    const response = await signer.fetch(`${place.endpoint}/${bucket}${path}`, { method, headers: { ...headers } })
    if (response.status === 404 && !may(['s3:ListBucket'], arn)) return denied()
    const own = [...response.headers].filter(([name]) => !added.test(name))
    const body = response.body === null ? undefined : Readable.fromWeb(response.body)
    return { status: response.status, headers: Object.fromEntries(own), body: method === 'HEAD' ? undefined : body }
  }
}

const denied = () => xmlResponse(403, { code: 'AccessDenied', message: 'Access Denied' })

interface PolicyDocument {
  readonly Statement?: readonly Statement[]
}

interface Statement {
  readonly Effect: string
  readonly Principal: { readonly Service?: string }
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Whether statements for CloudFront allow these actions to one distribution. Denials are of requests without TLS. */
function allows(
  { Statement: statements = [] }: PolicyDocument,
  actions: readonly string[],
  { resource, distribution }: { readonly resource: string; readonly distribution: string },
): boolean {
  const granted = statements.filter(
    each =>
      each.Effect === 'Allow' &&
      each.Principal.Service === 'cloudfront.amazonaws.com' &&
      each.Condition?.['StringEquals']?.['AWS:SourceArn'] === distribution &&
      [each.Resource].flat().some(pattern => resource.startsWith(pattern.replace(/\*$/, ''))),
  )
  const allowed = new Set(granted.flatMap(({ Action }) => Action))
  return actions.every(action => allowed.has(action))
}
