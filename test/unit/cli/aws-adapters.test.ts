import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { lambda } from '../../../cli/adapters/aws/lambda.ts'
import { secretsManager } from '../../../cli/adapters/aws/secrets-manager.ts'
import { serveHere } from '../../support/serve.ts'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  return () => void vi.unstubAllEnvs()
})

/** Serves AWS to adapters, which gives one response to each call. Returns the calls, without what they say of the secret's id. */
async function calling(status: number, body: object): Promise<readonly string[]> {
  const calls: string[] = []
  const { origin } = await serveHere((request, response) => {
    const name = String(request.headers['x-amz-target'] ?? request.method).replace(/^.*\./, '')
    void text(request).then(sent => {
      calls.push(`${name} ${sent.replace('"SecretId":"once-keys"', '').replace('{,', '{')}`)
      return response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    })
  })
  vi.stubEnv('AWS_ENDPOINT_URL', origin)
  return calls
}

describe('a secret is deleted after its replication has ended', () => {
  const copies = ['eu-west-1', 'us-west-2'].map(Region => ({ Region, Status: 'InSync' }))
  const ofCopies = 'RemoveRegionsFromReplication {"RemoveReplicaRegions":["eu-west-1","us-west-2"]}'
  test.each([
    ['a primary with copies', { region: 'us-east-1', ReplicationStatus: copies, steps: [ofCopies] }],
    ['a copy whose primary is gone', { region: 'eu-west-1', steps: ['StopReplicationToReplica {}'] }],
    ['a primary without copies', { region: 'us-east-1', steps: [] }],
  ] as const)('%s', async (_, { region, steps, ...found }) => {
    const calls = await calling(200, { PrimaryRegion: 'us-east-1', ...found })
    await secretsManager().remove('once-keys', region)
    expect(calls).toEqual(['DescribeSecret {}', ...steps, 'DeleteSecret {"ForceDeleteWithoutRecovery":true}'])
  })
})

describe('an edge function', () => {
  const remove = () => lambda().remove('once-edge-0123abcd', 'us-east-1')
  const refused = (__type: string, message: string) => calling(400, { __type, message })

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
