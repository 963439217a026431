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
        return await takeLock(client, object, { ...deployer, by, replaces })
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

/** Takes the lock for this process, in place of the version `replaces`. Each write names the version that it replaces. */
async function takeLock(
  client: S3Client,
  place: Place,
  { replaces, ...deployer }: Deployer & Pick<DeployLock, 'by'> & { readonly replaces: string | undefined },
): Promise<TakenLock> {
  let version = replaces
  /** Returns whether the object still was what it replaces. */
  const write = async (ms: number): Promise<boolean> => {
    const Body = JSON.stringify({ ...deployer, until: Date.now() + ms })
    const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version }
    try {
      const { ETag } = await client.send(new PutObjectCommand({ ...place, ...condition, Body }))
      version = ETag
      return true
    } catch (error) {
      if (error instanceof Error && lostErrors.has(error.name)) return false
      throw error
    }
  }
  if (!(await write(lifeMs))) return readLock(client, place)
  const lost = new AbortController()
  const renew = async () => {
    // While S3 can't be reached, the lock lives on until its end.
    if (await write(lifeMs).catch(() => true)) return
    const why = 'another once deploy has taken over, because this process did not renew its lock in time'
    lost.abort(new StoppedError(why, 'run this again when that has ended'))
  }
  const renewal = setInterval(() => void renew(), renewalMs).unref()
  const release = async () => {
    clearInterval(renewal)
    if (!lost.signal.aborted) await write(0).catch(() => false)
  }
  return { kind: 'taken', lost: lost.signal, release }
}

async function readLock(client: S3Client, place: Place): Promise<TakenLock> {
  const { Body, ETag: version = '' } = await client.send(new GetObjectCommand(place))
  const { by, host, pid, since, until } = JSON.parse((await Body?.transformToString()) ?? '{}') as DeployLock
  return { kind: 'held', version, lock: { by, host, pid, since, until } }
}
