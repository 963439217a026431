import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { StoppedError } from '../../deployment/deploy/stopped.ts'
import type { Deployer, DeployLock, DeployLocks, TakenLock } from '../../ports/aws-deploy.ts'
import { globalRegion, sdkRetry } from './client.ts'

/** Milliseconds for which a lock lives, and between its renewals: a process that misses four in a row has ended, or sleeps. */
const lifeMs = 5 * 60_000
const renewalMs = 60_000

/** S3's errors of a write whose condition is not met, or that met another one (S3, "Conditional requests"). */
const lostErrors: ReadonlySet<string> = new Set(['PreconditionFailed', 'ConditionalRequestConflict'])

/** Creates the adapter of locks: an object each, in the CDK's bucket of us-east-1, which every deployment needs before it begins. */
export function deployLocks(): DeployLocks {
  const config = { ...sdkRetry, region: globalRegion }
  const client = new S3Client(config)
  return {
    async take(name, deployer, replaces) {
      const { Account, Arn: by = '' } = await new STSClient(config).send(new GetCallerIdentityCommand({}))
      const bucket = await bucketOfCdk(new CloudFormationClient(config))
      if (bucket === undefined) return { kind: 'refused', why: 'the stack CDKToolkit names no bucket' }
      const object = { Bucket: bucket, Key: `once-deploy/${name}.json`, ExpectedBucketOwner: Account }
      try {
        return await new Lock(client, object, { ...deployer, by }).take(replaces)
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'AccessDenied') throw error
        return { kind: 'refused', why: error.message }
      }
    },
  }
}

async function bucketOfCdk(client: CloudFormationClient): Promise<string | undefined> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }))
  return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'BucketName')?.OutputValue
}

type Place = Readonly<Record<'Bucket' | 'Key', string>> & { readonly ExpectedBucketOwner: string | undefined }

/** The lock of this process. Each write names the version that it replaces. */
class Lock {
  readonly #client: S3Client
  readonly #place: Place
  readonly #deployer: Deployer & Pick<DeployLock, 'by'>
  #version: string | undefined

  constructor(client: S3Client, place: Place, deployer: Deployer & Pick<DeployLock, 'by'>) {
    this.#client = client
    this.#place = place
    this.#deployer = deployer
  }

  async take(replaces: string | undefined): Promise<TakenLock> {
    this.#version = replaces
    if (!(await this.#write(lifeMs))) return this.#read()
    const lost = new AbortController()
    const renewal = setInterval(() => void this.#renew(lost), renewalMs).unref()
    const release = async () => {
      clearInterval(renewal)
      if (!lost.signal.aborted) await this.#write(0).catch(() => false)
    }
    return { kind: 'taken', lost: lost.signal, release }
  }

  async #renew(lost: AbortController): Promise<void> {
    // While S3 can't be reached, the lock lives on until its end.
    if (await this.#write(lifeMs).catch(() => true)) return
    const why = 'another once deploy has taken over, because this process did not renew its lock in time'
    lost.abort(new StoppedError(why, 'run this again when that has ended'))
  }

  /** Returns whether the object still was what it replaces. */
  async #write(ms: number): Promise<boolean> {
    const Body = JSON.stringify({ ...this.#deployer, until: Date.now() + ms })
    const condition = this.#version === undefined ? { IfNoneMatch: '*' } : { IfMatch: this.#version }
    try {
      const { ETag } = await this.#client.send(new PutObjectCommand({ ...this.#place, ...condition, Body }))
      this.#version = ETag
      return true
    } catch (error) {
      if (error instanceof Error && lostErrors.has(error.name)) return false
      throw error
    }
  }

  async #read(): Promise<TakenLock> {
    const { Body, ETag: version = '' } = await this.#client.send(new GetObjectCommand(this.#place))
    const { by, host, pid, since, until } = JSON.parse((await Body?.transformToString()) ?? '{}') as DeployLock
    return { kind: 'held', version, lock: { by, host, pid, since, until } }
  }
}
