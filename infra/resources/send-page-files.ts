import { basename, extname } from 'node:path'
import { Aws, Duration, Stack } from 'aws-cdk-lib'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { type AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import { uploadPath } from '../../shared/http.ts'
import { pageTypes } from '../../console/page-headers.ts'
import type { Setup } from '../../console/protocol.ts'
import { pagePaths } from '../code/function-code.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { createBucket } from './account-bucket.ts'
import { type CallProps, createCall } from './call-log.ts'

/** Props of `SendPageFiles`. */
export interface SendPageFilesProps extends DeploymentProps {
  /** What the page reads of the deployment, at `/console/setup`. May hold tokens of the CDK. */
  readonly setup: Setup
}

/** A call that creates an object; those after the first have the permissions of that. */
type ObjectCall = Pick<CallProps, 'copied' | 'permittedBy'> & { readonly action: string; readonly parameters: object }

/** A file of the page, and what the CDK uploads of it. */
interface PageFile {
  readonly path: string
  readonly asset: Asset
}

/** The part of a name that changes with the file. */
const hashInName = /-[0-9a-f]{16}(?=\.\w+$)/

/** The files of the page for senders, in a private bucket of their own, which holds nothing else. */
export class SendPageFiles extends Construct {
  readonly bucket: s3.IBucket
  /** What is there when all files are. The bucket's policy isn't in it: that names the distribution, which waits for the files. */
  readonly objects = new Construct(this, 'Objects')
  readonly #props: SendPageFilesProps

  constructor(scope: Construct, id: string, props: SendPageFilesProps) {
    super(scope, id)
    this.#props = props
    this.bucket = this.#createBucket() as s3.IBucket
    // Without links that take a file, the page for it opens nothing.
    const paths = pagePaths(this).filter(path => props.settings.uploadLinks || `/${basename(path)}` !== uploadPath)
    const files = paths.map(path => ({ path, asset: new Asset(this.objects, `${idOf(keyOf(path))}File`, { path }) }))
    const types = [...new Set(paths.map(path => extname(path)))]
    const Body = Stack.of(this).toJsonString(props.setup)
    const setup = this.#create('console/setup', {
      action: 'PutObject',
      parameters: { ContentType: 'application/json', Body },
      copied: types.flatMap(type => files[0]?.asset.bucket.arnForObjects(`*${type}`) ?? []),
    })
    const copy = ({ path, asset }: PageFile, before: readonly Construct[]) => {
      const call = this.#create(keyOf(path), { ...copyOf(path, asset), permittedBy: setup })
      call.node.defaultChild?.node.addDependency(...before)
      return call
    }
    const named = files.filter(({ path }) => hashInName.test(path)).map(file => copy(file, [setup]))
    // A page names a script and a style sheet, which must be there before it.
    for (const file of files.filter(({ path }) => !hashInName.test(path))) copy(file, [setup, ...named])
  }

  #createBucket(): s3.Bucket {
    const { names, settings } = this.#props
    const props = {
      bucketName: names.sendPageBucket(settings.homeRegions[0]),
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    }
    return createBucket(this, props, 'This bucket holds a page that anybody may read, and nothing else.')
  }

  #create(Key: string, props: ObjectCall): AwsCustomResource {
    const { names, settings } = this.#props
    const object = { Bucket: this.bucket.bucketName, Key }
    const CacheControl = hashInName.test(Key) ? 'public, max-age=31536000, immutable' : 'no-cache'
    const call = { service: 'S3', region: Stack.of(this).region, physicalResourceId: PhysicalResourceId.of(Key) }
    // The same for every release: a changed policy is not in force at once. It doesn't wait for the bucket, for the same reason.
    const all = `arn:${Aws.PARTITION}:s3:::${names.sendPageBucket(settings.homeRegions[0])}/*`
    const { action, parameters, copied = [], permittedBy } = props
    const resource = createCall(this.objects, idOf(Key), {
      settings,
      onUpdate: { ...call, action, parameters: { ...object, ...parameters, CacheControl } },
      onDelete: { ...call, action: 'DeleteObject', parameters: object },
      actions: ['s3:PutObject', 's3:DeleteObject'],
      resources: [all],
      copied,
      permittedBy,
    })
    acknowledge(resource, {
      [`IAM5[Resource::${all}]`]: 'The bucket holds the page alone, whose names have hashes.',
      ...Object.fromEntries(
        copied.map(each => [`IAM5[Resource::${each}]`, 'The names of assets are hashes of their content.']),
      ),
    })
    return resource
  }
}

/** Copies a file from the bucket of the CDK's assets: its text has no place in a template, which takes 1 MB at most. */
function copyOf(path: string, asset: Asset): ObjectCall {
  const parameters = {
    CopySource: `${asset.s3BucketName}/${asset.s3ObjectKey}`,
    ContentType: pageTypes[extname(path) as keyof typeof pageTypes],
    MetadataDirective: 'REPLACE',
    TaggingDirective: 'REPLACE',
  }
  return { action: 'CopyObject', parameters }
}

/** Returns the key of a file in the bucket. */
function keyOf(path: string): string {
  return extname(path) === '.html' ? basename(path) : `console/${basename(path)}`
}

/** Returns the id of a file's construct, which stays the same when its hash changes. */
function idOf(key: string): string {
  return key.replace(hashInName, '').replaceAll('/', '-')
}
