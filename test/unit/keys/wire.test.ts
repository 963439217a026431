import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { cloudfrontBy } from '../../../jobs/keys/adapters/cloudfront.ts'
import { secretIn } from '../../../jobs/keys/adapters/aws.ts'
import { serveHere } from '../../support/machine/serve.ts'

/** A response: its status, its body, and the ETag. */
type Reply = readonly [status: number, body: string, etag?: string]

/** Returns the adapters on a server that sends these responses in turn, and the requests that arrived. */
async function answering(...replies: readonly Reply[]) {
  const requests: string[] = []
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body, etag = ''] = replies[requests.length] ?? [500, '']
    const target = String(request.headers['x-amz-target'] ?? request.headers['if-match'] ?? '')
    requests.push(`${request.method} ${request.url} ${target} ${await text(request)}`)
    response.writeHead(status, { etag }).end(body)
  }
  const { origin } = await serveHere((request, response) => void answer(request, response))
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const config = { region: 'us-east-1', endpoint: origin, credentials, maxAttempts: 1 }
  return {
    requests,
    cloudfront: cloudfrontBy(config),
    secret: secretIn('us-east-1', 'once-keys', config),
  }
}

const xml = (code: string) => `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`
const json = (body: object) => JSON.stringify(body)
const date = '<CreatedTime>2026-11-24T12:00:00Z</CreatedTime>'
const keyPage = (id: string, next: string) =>
  `<PublicKeyList>${next}<Items><PublicKeySummary><Id>${id}</Id><Name>n-${id}</Name>${date}</PublicKeySummary></Items></PublicKeyList>`
const marker = '<NextMarker>M2</NextMarker>'
const config = '<KeyGroupConfig><Name>once</Name><Items><PublicKey>K1</PublicKey></Items></KeyGroupConfig>'
const group = `<KeyGroup><Id>g1</Id><LastModifiedTime>2026-11-24T12:00:00Z</LastModifiedTime>${config}</KeyGroup>`
const groups = `<KeyGroupList><Items><KeyGroupSummary>${group}</KeyGroupSummary></Items></KeyGroupList>`
const known = { id: 'g1', name: 'once', keyIds: ['K1'], modifiedAt: 1_795_521_600, etag: 'E1' } as never

describe('CloudFront', () => {
  test('a public key that exists is found by its name, on any page', async () => {
    const { cloudfront, requests } = await answering(
      [409, xml('PublicKeyAlreadyExists')],
      [200, keyPage('K1', marker)],
      [200, keyPage('K2', '')],
    )
    expect(await cloudfront.createPublicKey('n-K2', 'pem')).toBe('K2')
    expect(requests[0]).toMatch(/^POST .*\/public-key .*<Name>n-K2<\/Name><EncodedKey>pem</)
    expect(requests[2]).toContain('Marker=M2')
    const created = await answering([201, '<PublicKey><Id>K3</Id></PublicKey>'], [200, keyPage('K3', '')])
    expect(await created.cloudfront.createPublicKey('n', 'pem')).toBe('K3')
    expect(await created.cloudfront.publicKeys()).toEqual([{ id: 'K3', name: 'n-K3', createdAt: 1_795_521_600 }])
  })

  test.each([
    ['in-use', [409, xml('PublicKeyInUse')]],
    ['deleted', [404, xml('NoSuchPublicKey')]],
    ['deleted', [204, '']],
  ] as const)('of the deletion of a key says %s: %j', async (outcome, reply) => {
    const pem = '<PublicKeyConfig><EncodedKey>pem</EncodedKey></PublicKeyConfig>'
    const { cloudfront, requests } = await answering([200, pem, 'E7'], reply)
    expect(await cloudfront.deletePublicKey('K1')).toBe(outcome)
    expect(requests[1]).toMatch(/^DELETE \S+\/public-key\/K1\S* E7/)
  })

  test('a key that is gone has no PEM, and counts as deleted', async () => {
    const { cloudfront } = await answering([404, xml('NoSuchPublicKey')], [404, xml('NoSuchPublicKey')])
    expect([await cloudfront.publicKey('K1'), await cloudfront.deletePublicKey('K1')]).toEqual([undefined, 'deleted'])
  })

  test('a key group is read by its name, with its ETag; one that went meanwhile is none', async () => {
    const { cloudfront } = await answering(
      [200, groups],
      [200, group, 'E1'],
      [200, groups],
      [404, xml('NoSuchResource')],
    )
    expect(await cloudfront.keyGroup('once')).toEqual(known)
    expect(await cloudfront.keyGroup('once')).toBeUndefined()
  })

  test('a key group is created unless it exists, and changed or deleted only as it was read', async () => {
    const { cloudfront, requests } = await answering(
      [409, xml('KeyGroupAlreadyExists')],
      [200, group],
      [412, xml('PreconditionFailed')],
      [204, ''],
      [404, xml('NoSuchResource')],
      [409, xml('ResourceInUse')],
      [409, xml('TooManyPublicKeysInKeyGroup')],
    )
    await cloudfront.createKeyGroup('once', ['K1'])
    expect(await cloudfront.updateKeyGroup(known, ['K1', 'K2'])).toBe('updated')
    expect(await cloudfront.updateKeyGroup(known, ['K1'])).toBe('changed-meanwhile')
    const deletions = [known, known, known].map(each => () => cloudfront.deleteKeyGroup(each))
    for (const [index, outcome] of ['deleted', 'deleted', 'in-use'].entries()) {
      expect(await deletions[index]?.()).toBe(outcome)
    }
    await expect(cloudfront.updateKeyGroup(known, ['K1'])).rejects.toThrow()
    expect(requests[1]).toMatch(/^PUT \S+\/key-group\/g1 E1 .*<PublicKey>K1<\/PublicKey><PublicKey>K2</)
    expect(requests[3]).toMatch(/^DELETE \S+\/key-group\/g1 E1/)
  })

  test('the distributions that trust a group are deployed or not', async () => {
    const page = (id: string, next: string) =>
      `<DistributionIdList>${next}<Items><DistributionId>${id}</DistributionId></Items></DistributionIdList>`
    const distribution = (status: string) => `<Distribution><Status>${status}</Status></Distribution>`
    const { cloudfront } = await answering(
      [200, page('D1', marker)],
      [200, page('D2', '')],
      [200, distribution('Deployed')],
      [200, distribution('InProgress')],
    )
    const found = await cloudfront.distributionsOf('g1')
    expect(found.map(({ id }) => id)).toEqual(['D1', 'D2'])
    expect(found.filter(({ deployed }) => deployed)).toHaveLength(1)
  })
})

describe('Secrets Manager', () => {
  test('versions have their labels; a current one that is still AWSPENDING is no rotation', async () => {
    const stages = { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT', 'AWSPENDING'] }
    const { secret } = await answering([200, json({ VersionIdsToStages: stages })], [200, '{}'])
    const labels = new Map(Object.entries(stages))
    expect(await secret.versions()).toEqual({ current: 'v2', previous: 'v1', pending: undefined, labels })
    await expect(secret.copyIn('eu-west-1')).rejects.toThrow('secret once-keys has no AWSCURRENT version')
  })

  test('a version has its text and age, or no text yet; one that is no text is an error', async () => {
    const { secret } = await answering(
      [200, json({ SecretString: 'keys', CreatedDate: 1_795_521_600 })],
      [400, json({ __type: 'ResourceNotFoundException' })],
      [200, json({ SecretBinary: 'AAAA' })],
    )
    expect(await secret.read('v1')).toEqual({ text: 'keys', createdAt: 1_795_521_600 })
    expect(await secret.read('v2')).toBeUndefined()
    await expect(secret.read('v3')).rejects.toThrow('version v3 of secret once-keys is not text')
  })

  test('a version is put under its id, once, and a label moves from the version that has it only', async () => {
    const { secret, requests } = await answering(
      [200, '{}'],
      [400, json({ __type: 'ResourceExistsException' })],
      [400, json({ __type: 'InvalidParameterException' })],
    )
    const as = { version: 'v'.repeat(32), label: 'AWSPENDING' }
    expect([await secret.put('keys', as), await secret.put('others', as)]).toEqual(['put', 'taken'])
    const move = { from: 'v1', to: 'v2' }
    await expect(secret.moveLabel('AWSCURRENT', move)).rejects.toMatchObject({ name: 'InvalidParameterException' })
    const sent = requests.map(each => JSON.parse(each.slice(each.indexOf('{'))) as object)
    expect(sent[0]).toMatchObject({
      ClientRequestToken: as.version,
      SecretString: 'keys',
      VersionStages: ['AWSPENDING'],
    })
    expect(sent[2]).toMatchObject({ VersionStage: 'AWSCURRENT', RemoveFromVersionId: 'v1', MoveToVersionId: 'v2' })
  })
})
