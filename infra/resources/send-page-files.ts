import { basename, extname } from 'node:path'
import { Aws, Duration, Stack } from 'aws-cdk-lib'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import { uploadPath } from '../../shared/http.ts'
import { pageTypes } from '../../console/page-headers.ts'
import type { Setup } from '../../console/protocol.ts'
import { pagePaths } from '../code/function-code.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { createBucket } from './account-bucket.ts'
import { createCall } from './call-log.ts'

/** Props of `SendPageFiles`. */
export interface SendPageFilesProps extends DeploymentProps {
  /** What the page reads of the deployment, at `/console/setup`. May hold tokens of the CDK. */
  readonly setup: Setup
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
    const named = paths.filter(path => hashInName.test(path)).map(path => this.#copy(path))
    // A page names a script and a style sheet, which must be there before it. Its policy doesn't wait.
    for (const path of paths.filter(each => !hashInName.test(each)))
      this.#copy(path).node.defaultChild?.node.addDependency(...named)
    const Body = Stack.of(this).toJsonString(props.setup)
    this.#create('console/setup', { action: 'PutObject', parameters: { ContentType: 'application/json', Body } })
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

  /** Copies a file from the bucket of the CDK's assets: its text has no place in a template, which takes 1 MB at most. */
  #copy(path: string): Construct {
    const extension = extname(path) as keyof typeof pageTypes
    const key = extension === '.html' ? basename(path) : `console/${basename(path)}`
    const asset = new Asset(this.objects, `${idOf(key)}File`, { path })
    const parameters = {
      CopySource: `${asset.s3BucketName}/${asset.s3ObjectKey}`,
      ContentType: pageTypes[extension],
      MetadataDirective: 'REPLACE',
      TaggingDirective: 'REPLACE',
    }
    return this.#create(key, { action: 'CopyObject', parameters, copied: asset.bucket.arnForObjects(`*${extension}`) })
  }

  #create(Key: string, props: { action: string; parameters: object; copied?: string }): Construct {
    const { names, settings } = this.#props
    const object = { Bucket: this.bucket.bucketName, Key }
    const CacheControl = hashInName.test(Key) ? 'public, max-age=31536000, immutable' : 'no-cache'
    const call = { service: 'S3', region: Stack.of(this).region, physicalResourceId: PhysicalResourceId.of(Key) }
    // The same for every release: a changed policy is not in force at once. It doesn't wait for the bucket, for the same reason.
    const all = `arn:${Aws.PARTITION}:s3:::${names.sendPageBucket(settings.homeRegions[0])}/*`
    const { action, parameters, copied } = props
    const resource = createCall(this.objects, idOf(Key), {
      settings,
      onUpdate: { ...call, action, parameters: { ...object, ...parameters, CacheControl } },
      onDelete: { ...call, action: 'DeleteObject', parameters: object },
      actions: ['s3:PutObject', 's3:DeleteObject'],
      resources: [all],
      copied,
    })
    acknowledge(resource, {
      [`IAM5[Resource::${all}]`]: 'The bucket holds the page alone, whose names have hashes.',
      ...(copied !== undefined && {
        [`IAM5[Resource::${copied}]`]: 'The names of assets are hashes of their content.',
      }),
    })
    return resource
  }
}

/** Returns the id of a file's construct, which stays the same when its hash changes. */
function idOf(key: string): string {
  return key.replace(hashInName, '').replaceAll('/', '-')
}
