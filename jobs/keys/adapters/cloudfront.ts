import { randomUUID } from 'node:crypto'
import {
  CloudFrontClient,
  type CloudFrontClientConfig,
  CreateKeyGroupCommand,
  CreatePublicKeyCommand,
  DeleteKeyGroupCommand,
  DeletePublicKeyCommand,
  GetDistributionCommand,
  GetKeyGroupCommand,
  GetPublicKeyConfigCommand,
  KeyGroupAlreadyExists,
  ListDistributionsByKeyGroupCommand,
  ListKeyGroupsCommand,
  ListPublicKeysCommand,
  NoSuchPublicKey,
  NoSuchResource,
  PreconditionFailed,
  PublicKeyAlreadyExists,
  PublicKeyInUse,
  ResourceInUse,
  UpdateKeyGroupCommand,
} from '@aws-sdk/client-cloudfront'
import { type EpochMs, type EpochSeconds, secondsOf } from '../../../shared/time.ts'
import type { CloudFront, Distribution, KeyGroup, PublicKey } from '../ports.ts'
import { limit } from './aws.ts'

/**
 * Three attempts, since each call may be repeated: a resource that was created already "already exists" and is found by
 * its name, one that was changed already has another ETag, one that was deleted already is missing.
 */
const maxAttempts = 3

/** Creates a client of CloudFront's API for public keys and key groups. */
export function cloudfrontBy(config: CloudFrontClientConfig): CloudFront {
  const client = new CloudFrontClient({ maxAttempts, ...config })
  return {
    createPublicKey: (name, pem) => createPublicKey(client, name, pem),
    publicKey: async id => (await publicKeyConfig(client, id))?.pem,
    publicKeys: () => publicKeys(client),
    deletePublicKey: id => deletePublicKey(client, id),
    keyGroup: name => keyGroup(client, name),
    async createKeyGroup(name, keyIds) {
      const command = new CreateKeyGroupCommand({ KeyGroupConfig: { Name: name, Items: [...keyIds] } })
      await client.send(command, limit()).catch(returnOn(KeyGroupAlreadyExists, undefined))
    },
    async updateKeyGroup({ id, name, etag }, keyIds) {
      const KeyGroupConfig = { Name: name, Items: [...keyIds] }
      const command = new UpdateKeyGroupCommand({ Id: id, IfMatch: etag, KeyGroupConfig })
      const outcome = await client
        .send(command, limit())
        .catch(returnOn(PreconditionFailed, 'changed-meanwhile' as const))
      return outcome === 'changed-meanwhile' ? outcome : 'updated'
    },
    async deleteKeyGroup({ id, etag }) {
      const outcome = await client
        .send(new DeleteKeyGroupCommand({ Id: id, IfMatch: etag }), limit())
        .catch(returnOn(NoSuchResource, 'gone' as const))
        .catch(returnOn(ResourceInUse, 'in-use' as const))
      return outcome === 'in-use' ? outcome : 'deleted'
    },
    distributionsOf: groupId => distributionsOf(client, groupId),
  }
}

async function createPublicKey(client: CloudFrontClient, name: string, pem: string): Promise<string> {
  // A new reference, because that of a deleted key may stay in use. The name prevents a second copy of the same key.
  const PublicKeyConfig = { CallerReference: randomUUID(), Name: name, EncodedKey: pem }
  const created = await client
    .send(new CreatePublicKeyCommand({ PublicKeyConfig }), limit())
    .catch(returnOn(PublicKeyAlreadyExists, undefined))
  const id = created?.PublicKey?.Id ?? (await publicKeys(client)).find(key => key.name === name)?.id
  if (id === undefined) throw new Error(`CloudFront says that public key ${name} exists, but doesn't list it`)
  return id
}

async function publicKeyConfig(client: CloudFrontClient, id: string) {
  const found = await client
    .send(new GetPublicKeyConfigCommand({ Id: id }), limit())
    .catch(returnOn(NoSuchPublicKey, undefined))
  return found && { pem: found.PublicKeyConfig?.EncodedKey ?? '', etag: found.ETag }
}

async function publicKeys(client: CloudFrontClient): Promise<PublicKey[]> {
  const pages = allPages(async marker => {
    const { PublicKeyList } = await client.send(new ListPublicKeysCommand({ Marker: marker }), limit())
    return { items: PublicKeyList?.Items, next: PublicKeyList?.NextMarker }
  })
  return (await pages).map(({ Id = '', Name = '', CreatedTime }) => ({
    id: Id,
    name: Name,
    createdAt: epochSecondsOf(CreatedTime),
  }))
}

async function deletePublicKey(client: CloudFrontClient, id: string): Promise<'deleted' | 'in-use'> {
  const config = await publicKeyConfig(client, id)
  if (config === undefined) return 'deleted'
  const outcome = await client
    .send(new DeletePublicKeyCommand({ Id: id, IfMatch: config.etag }), limit())
    .catch(returnOn(NoSuchPublicKey, 'gone' as const))
    .catch(returnOn(PublicKeyInUse, 'in-use' as const))
  return outcome === 'in-use' ? outcome : 'deleted'
}

async function keyGroup(client: CloudFrontClient, name: string): Promise<KeyGroup | undefined> {
  const all = await allPages(async marker => {
    const { KeyGroupList } = await client.send(new ListKeyGroupsCommand({ Marker: marker }), limit())
    return { items: KeyGroupList?.Items, next: KeyGroupList?.NextMarker }
  })
  const id = all.find(({ KeyGroup: each }) => each?.KeyGroupConfig?.Name === name)?.KeyGroup?.Id
  if (id === undefined) return undefined
  // The list has no ETag, and may be out of date.
  const found = await client
    .send(new GetKeyGroupCommand({ Id: id }), limit())
    .catch(returnOn(NoSuchResource, undefined))
  if (found?.KeyGroup === undefined) return undefined
  const { LastModifiedTime, KeyGroupConfig } = found.KeyGroup
  return {
    id,
    name,
    keyIds: KeyGroupConfig?.Items ?? [],
    modifiedAt: epochSecondsOf(LastModifiedTime),
    etag: found.ETag ?? '',
  }
}

async function distributionsOf(client: CloudFrontClient, groupId: string): Promise<Distribution[]> {
  const ids = await allPages(async marker => {
    const command = new ListDistributionsByKeyGroupCommand({ KeyGroupId: groupId, Marker: marker })
    const { DistributionIdList } = await client.send(command, limit())
    return { items: DistributionIdList?.Items, next: DistributionIdList?.NextMarker }
  })
  return Promise.all(
    ids.map(async id => {
      const { Distribution: found } = await client.send(new GetDistributionCommand({ Id: id }), limit())
      return { id, deployed: found?.Status === 'Deployed' }
    }),
  )
}

/** Returns all items of a list, page by page. None of these lists has more than some hundreds. */
async function allPages<T>(
  page: (marker: string | undefined) => Promise<{ items: readonly T[] | undefined; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = []
  let marker: string | undefined
  do {
    const { items = [], next } = await page(marker)
    all.push(...items)
    marker = next || undefined
  } while (marker !== undefined)
  return all
}

/** For `catch`: returns `value` for an error of this class, and throws any other. */
function returnOn<V>(kind: abstract new (...args: never[]) => Error, value: V): (error: unknown) => V {
  return error => {
    if (error instanceof kind) return value
    throw error
  }
}

function epochSecondsOf(date: Date | undefined): EpochSeconds {
  return secondsOf((date?.getTime() ?? 0) as EpochMs)
}
