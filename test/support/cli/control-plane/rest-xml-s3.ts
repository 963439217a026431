import { AwsError, type Properties, type Thing, thing, thingsOf } from './account.ts'
import { isFull } from './cloudformation/rules.ts'
import type { Call, Protocol } from './protocol.ts'
import { xml } from './xml.ts'

interface Version {
  readonly Key: string
  readonly VersionId: string
}

/** Items per page: few, so that emptying a bucket takes several requests. */
const pageSize = 3

/** S3 with path-style requests. */
export const s3: Protocol = {
  type: 'application/xml',
  respond(call) {
    const [, name = '', ...key] = call.url.pathname.split('/')
    if (name === '') return xml({ ListAllMyBucketsResult: { Buckets: { Bucket: buckets(call) } } })
    const bucket = thing(call.account, 'AWS::S3::Bucket', { id: name, region: call.region })
    if (bucket === undefined) throw new AwsError('NoSuchBucket', `there is no ${name}`, 404)
    const subresource = [...call.url.searchParams.keys()].find(each => Object.hasOwn(operations, each))
    if (subresource === undefined) return putFile(bucket, call, key.join('/'))
    const wasFull = isFull(bucket.properties)
    const body = operations[subresource]?.(bucket, call, key.join('/')) ?? ''
    if (wasFull && !isFull(bucket.properties)) call.account.onEmptied(bucket)
    return body
  },
  errorBody: ({ code, message }) => xml({ Error: { Code: code, Message: message } }),
}

function buckets({ account }: Call): readonly object[] {
  return thingsOf(account, 'AWS::S3::Bucket').map(({ id }) => ({ Name: id, CreationDate: '2026-11-01T00:00:00Z' }))
}

/** Keeps a file, in a bucket with versions as a version: templates with their text, of other files that they exist. */
function putFile({ properties }: Thing, { method, operation, body }: Call, key: string): string {
  if (method !== 'PUT') throw new AwsError('NotImplemented', operation, 501)
  const files = (properties['files'] ?? {}) as Record<string, string>
  if ((properties['VersioningConfiguration'] as Properties | undefined)?.['Status'] === 'Enabled') {
    const versions = (properties['versions'] ?? []) as Version[]
    properties['versions'] = [...versions, { Key: key, VersionId: `v${versions.length + 1}` }]
  }
  properties['files'] = { ...files, [key]: key.endsWith('.json') ? body : '' }
  return ''
}

const listOf = ({ properties }: Thing, kind: string) => (properties[kind] ?? []) as Version[]

const operations: Readonly<Record<string, (bucket: Thing, call: Call, key: string) => string>> = {
  versions(bucket) {
    const versions = listOf(bucket, 'versions').slice(0, pageSize)
    const DeleteMarker = listOf(bucket, 'markers').slice(0, pageSize - versions.length)
    return xml({ ListVersionsResult: { IsTruncated: true, Version: versions, DeleteMarker } })
  },
  delete(bucket, { body }) {
    for (const [, Key = '', VersionId = ''] of body.matchAll(/<Key>(.*?)<\/Key><VersionId>(.*?)<\/VersionId>/g)) {
      for (const kind of ['versions', 'markers']) {
        bucket.properties[kind] = listOf(bucket, kind).filter(each => each.Key !== Key || each.VersionId !== VersionId)
      }
    }
    return xml({ DeleteResult: {} })
  },
  uploads: bucket => xml({ ListMultipartUploadsResult: { Upload: bucket.properties['uploads'] ?? [] } }),
  uploadId(bucket, { url }, Key) {
    const UploadId = url.searchParams.get('uploadId')
    const uploads = (bucket.properties['uploads'] ?? []) as { Key: string; UploadId: string }[]
    bucket.properties['uploads'] = uploads.filter(
      each => each.Key !== decodeURIComponent(Key) || each.UploadId !== UploadId,
    )
    return ''
  },
  location: ({ region }) => `<LocationConstraint>${region === 'us-east-1' ? '' : region}</LocationConstraint>`,
  'list-type'({ properties }, { url }) {
    const prefix = url.searchParams.get('prefix') ?? ''
    const keys = Object.keys(properties['files'] ?? {}).filter(each => each.startsWith(prefix))
    return xml({ ListBucketResult: { KeyCount: keys.length, Contents: keys.map(Key => ({ Key, Size: 1 })) } })
  },
  versioning: ({ properties }) =>
    xml({ VersioningConfiguration: { ...(properties['VersioningConfiguration'] as object) } }),
  publicAccessBlock({ properties }) {
    const blocks = properties['PublicAccessBlockConfiguration'] as Properties | undefined
    if (blocks === undefined) throw new AwsError('NoSuchPublicAccessBlockConfiguration', 'none', 404)
    return xml({ PublicAccessBlockConfiguration: blocks })
  },
  encryption({ properties }) {
    const rules = (properties['BucketEncryption'] as Properties | undefined)?.['ServerSideEncryptionConfiguration']
    const [rule] = (rules ?? []) as Properties[]
    const ApplyServerSideEncryptionByDefault = rule?.['ServerSideEncryptionByDefault'] ?? { SSEAlgorithm: 'AES256' }
    return xml({ ServerSideEncryptionConfiguration: { Rule: [{ ApplyServerSideEncryptionByDefault }] } })
  },
  lifecycle({ properties }) {
    const configuration = properties['LifecycleConfiguration'] as { Rules: readonly Properties[] } | undefined
    if (configuration === undefined) throw new AwsError('NoSuchLifecycleConfiguration', 'none', 404)
    const Rule = configuration.Rules.map(({ Status, NoncurrentVersionExpiration }) => ({
      Status,
      ...(NoncurrentVersionExpiration === undefined ? {} : { NoncurrentVersionExpiration }),
    }))
    return xml({ LifecycleConfiguration: { Rule } })
  },
  policy({ id }, { account }) {
    const policy = thingsOf(account, 'AWS::S3::BucketPolicy').find(({ properties }) => properties['Bucket'] === id)
    if (policy === undefined) throw new AwsError('NoSuchBucketPolicy', 'none', 404)
    return JSON.stringify(policy.properties['PolicyDocument'])
  },
}
