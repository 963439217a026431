import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { dynamoDb } from '../../../cli/adapters/aws/dynamodb.ts'
import { scanPlan } from '../../../cli/adapters/aws/guardduty.ts'
import { lambda } from '../../../cli/adapters/aws/lambda.ts'
import { restores } from '../../../cli/adapters/aws/restores.ts'
import { s3 } from '../../../cli/adapters/aws/s3.ts'
import { secretsManager } from '../../../cli/adapters/aws/secrets-manager.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { serveHere } from '../../support/machine/serve.ts'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  return () => void vi.unstubAllEnvs()
})

/** Serves AWS to adapters; a response with a type is an error. Returns the calls, with what they send. */
async function calling(responseTo: (call: string) => object): Promise<readonly string[]> {
  const calls: string[] = []
  const { origin } = await serveHere((request, response) => {
    const call = String(request.headers['x-amz-target'] ?? request.method).replace(/^.*\./, '')
    void text(request).then(sent => {
      calls.push(`${call} ${sent}`)
      const body = responseTo(call)
      response.writeHead('__type' in body ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      return response.end(JSON.stringify(body))
    })
  })
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
  return calls
}

// What MiniStack has not: copies of a secret that outlive it, replicas of an edge function, the last backup of a deleted table,
// tables that are being changed.

describe('a secret is deleted after its replication has ended', () => {
  const copies = ['eu-west-1', 'us-west-2'].map(Region => ({ Region, Status: 'InSync' }))
  const SecretId = '{"SecretId":"once-keys"}'
  const ofCopies =
    'RemoveRegionsFromReplication {"SecretId":"once-keys","RemoveReplicaRegions":["eu-west-1","us-west-2"]}'
  test.each([
    ['a primary with copies', { region: 'us-east-1', ReplicationStatus: copies, steps: [ofCopies] }],
    ['a copy whose primary is gone', { region: 'eu-west-1', steps: [`StopReplicationToReplica ${SecretId}`] }],
    ['a primary without copies', { region: 'us-east-1', steps: [] }],
  ] as const)('%s', async (_, { region, steps, ...found }) => {
    const calls = await calling(() => ({ PrimaryRegion: 'us-east-1', ...found }))
    await secretsManager().remove('once-keys', region)
    const last = 'DeleteSecret {"SecretId":"once-keys","ForceDeleteWithoutRecovery":true}'
    expect(calls).toEqual([`DescribeSecret ${SecretId}`, ...steps, last])
  })
})

describe('an edge function', () => {
  const remove = () => lambda().remove('once-edge-0123abcd', 'us-east-1')
  const refused = (__type: string, message: string) => calling(() => ({ __type, message }))

  test('of which CloudFront has replicas stays for now, and one that is gone is deleted', async () => {
    const why = 'Lambda was unable to delete arn because it is a replicated function. Please see our documentation'
    const calls = await refused('InvalidParameterValueException', why)
    expect([await remove(), calls]).toEqual(['replicated', ['DELETE ']])
    await refused('ResourceNotFoundException', 'no')
    expect(await remove()).toBe('removed')
  })

  test('that can’t be deleted for another reason is an error', async () => {
    await refused('InvalidParameterValueException', 'the name is not valid')
    await expect(remove()).rejects.toThrow('the name is not valid')
  })
})

test('a plan of GuardDuty is read with a signature for that service; one that is gone is none, and a refusal is an error', async () => {
  const s3Bucket = { bucketName: 'files', objectPrefixes: [] }
  const plan = { status: 'WARNING', statusReasons: [{ code: 'A', message: 'why' }], protectedResource: { s3Bucket } }
  const answers: readonly (readonly [number, object])[] = [
    [200, plan],
    [404, {}],
    [403, { message: 'not you' }],
  ]
  const asked: string[] = []
  const { origin } = await serveHere(({ method, url, headers }, response) => {
    const [, scope] = /Credential=local\/\d+\/([^,]+),/.exec(headers.authorization ?? '') ?? []
    const [status, body] = answers[asked.push(`${method} ${url} ${scope}`) - 1]!
    response.writeHead(status).end(JSON.stringify(body))
  })
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
  const read = async () => scanPlan('p1', 'eu-west-1')
  expect(await read()).toEqual({ bucket: 'files', status: 'WARNING', reasons: ['A why'] })
  expect(await read()).toBeUndefined()
  await expect(read()).rejects.toThrow('GetMalwareProtectionPlan returned 403: {"message":"not you"}')
  expect(new Set(asked)).toEqual(new Set(['GET /malware-protection-plan/p1 eu-west-1/guardduty/aws4_request']))
})

describe('a bucket takes uploads of pages', () => {
  /** Reads what S3 says of a bucket with this CORS and lifecycle. */
  async function bucketWith(cors: string, lifecycle: string) {
    const answers = new Map([
      ['versioning', '<VersioningConfiguration/>'],
      ['encryption', '<ServerSideEncryptionConfiguration/>'],
      ['cors', `<CORSConfiguration>${cors}</CORSConfiguration>`],
      ['lifecycle', `<LifecycleConfiguration>${lifecycle}</LifecycleConfiguration>`],
      ['publicAccessBlock', '<PublicAccessBlockConfiguration/>'],
    ])
    const { origin } = await serveHere(({ url = '' }, response) => {
      const xml = [...answers].find(([name]) => url.includes(`?${name}`))?.[1]
      response.writeHead(xml === undefined ? 404 : 200, { 'content-type': 'application/xml' })
      response.end(xml ?? '<Error><Code>NoSuchBucketPolicy</Code></Error>')
    })
    vi.stubEnv('AWS_ENDPOINT_URL', origin)
    return s3().describe('files', 'us-east-1')
  }
  const rule = (method: string, header: string) =>
    `<CORSRule><AllowedMethod>${method}</AllowedMethod><AllowedOrigin>*</AllowedOrigin><AllowedHeader>${header}</AllowedHeader></CORSRule>`
  const aborting = (status: string) =>
    `<Rule><ID>1</ID><Status>${status}</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>`

  test.each([
    ['with the rules of the construct', [rule('PUT', 'x-amz-checksum-sha256'), aborting('Enabled')], [true, true]],
    ['with wider ones', [rule('GET', 'range') + rule('PUT', 'X-Amz-*'), aborting('Enabled')], [true, true]],
    ['not for reading only, and keeps parts', [rule('GET', '*'), aborting('Disabled')], [false, false]],
    ['not without the checksum', [rule('PUT', 'x-amz-*-md5'), ''], [false, false]],
  ] as const)('%s', async (_, [cors, lifecycle], expected) => {
    const bucket = await bucketWith(cors, lifecycle)
    expect([bucket?.takesUploads, bucket?.abortsUploads]).toEqual(expected)
  })
})

test.each([
  ['ResourceInUseException', false],
  ['ResourceNotFoundException', true],
])('a table that answers %s to a change of its protection', async (__type, isDone) => {
  const calls = await calling(() => ({ __type, message: 'Attempt to change a resource which is still in use' }))
  expect(await dynamoDb().protect('once-links', 'us-east-1')).toBe(isDone)
  expect(calls).toEqual(['UpdateTable {"TableName":"once-links","DeletionProtectionEnabled":true}'])
})

test('of a table that is gone, the latest backup is restored', async () => {
  const backup = (BackupArn: string, BackupCreationDateTime: number) => ({ BackupArn, BackupCreationDateTime })
  const calls = await calling(call => {
    if (call === 'DescribeContinuousBackups') return { __type: 'TableNotFoundException' }
    return { BackupSummaries: [backup('arn:1', 1_790_000_000), backup('arn:2', 1_790_000_060)] }
  })
  const source = await restores().source('once-links', 'us-east-1')
  expect(source).toEqual({ kind: 'backup', arn: 'arn:2', at: 1_790_000_060_000 })
  await restores().copy('once-links', 'us-east-1', {
    source: source!,
    at: 0 as EpochMs,
    name: 'copy',
    kmsKey: undefined,
  })
  expect(calls.at(-1)).toMatch(/^RestoreTableFromBackup .*"BackupArn":"arn:2"/)
})
