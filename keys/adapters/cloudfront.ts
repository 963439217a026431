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
import { type EpochMs, type EpochSeconds, secondsOf } from '../../shared/time.ts'
import type { CloudFront, Distribution, KeyGroup, PublicKey } from '../ports.ts'

/** How long one call may take with all its attempts, in milliseconds. */
const callMs = 10_000

/**
 * Three tries: each call may be repeated. What was made already "already exists" and is found by its name, what was
 * changed already no longer has the ETag that was seen, what was deleted already isn't there.
 */
const maxAttempts = 3

const limit = () => ({ abortSignal: AbortSignal.timeout(callMs) })

/** CloudFront's public keys and key groups, by its API. */
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
      await client.send(command, limit()).catch(unless(KeyGroupAlreadyExists, undefined))
    },
    async updateKeyGroup({ id, name, etag }, keyIds) {
      const KeyGroupConfig = { Name: name, Items: [...keyIds] }
      const command = new UpdateKeyGroupCommand({ Id: id, IfMatch: etag, KeyGroupConfig })
      const outcome = await client
        .send(command, limit())
        .catch(unless(PreconditionFailed, 'changed-meanwhile' as const))
      return outcome === 'changed-meanwhile' ? outcome : 'updated'
    },
    async deleteKeyGroup({ id, etag }) {
      const outcome = await client
        .send(new DeleteKeyGroupCommand({ Id: id, IfMatch: etag }), limit())
        .catch(unless(NoSuchResource, 'gone' as const))
        .catch(unless(ResourceInUse, 'in-use' as const))
      return outcome === 'in-use' ? outcome : 'deleted'
    },
    distributionsOf: groupId => distributionsOf(client, groupId),
  }
}

async function createPublicKey(client: CloudFrontClient, name: string, pem: string): Promise<string> {
  // A reference of its own: one of a key that was deleted may be taken. The name keeps two of a key from being made.
  const PublicKeyConfig = { CallerReference: randomUUID(), Name: name, EncodedKey: pem }
  const made = await client
    .send(new CreatePublicKeyCommand({ PublicKeyConfig }), limit())
    .catch(unless(PublicKeyAlreadyExists, undefined))
  const id = made?.PublicKey?.Id ?? (await publicKeys(client)).find(key => key.name === name)?.id
  if (id === undefined) throw new Error(`CloudFront says public key ${name} exists, and doesn't list it`)
  return id
}

async function publicKeyConfig(client: CloudFrontClient, id: string) {
  const found = await client
    .send(new GetPublicKeyConfigCommand({ Id: id }), limit())
    .catch(unless(NoSuchPublicKey, undefined))
  return found && { pem: found.PublicKeyConfig?.EncodedKey ?? '', etag: found.ETag }
}

async function publicKeys(client: CloudFrontClient): Promise<PublicKey[]> {
  const pages = everyPage(async marker => {
    const { PublicKeyList } = await client.send(new ListPublicKeysCommand({ Marker: marker }), limit())
    return { items: PublicKeyList?.Items, next: PublicKeyList?.NextMarker }
  })
  return (await pages).map(({ Id = '', Name = '', CreatedTime }) => ({
    id: Id,
    name: Name,
    createdAt: at(CreatedTime),
  }))
}

async function deletePublicKey(client: CloudFrontClient, id: string): Promise<'deleted' | 'in-use'> {
  const config = await publicKeyConfig(client, id)
  if (config === undefined) return 'deleted'
  const outcome = await client
    .send(new DeletePublicKeyCommand({ Id: id, IfMatch: config.etag }), limit())
    .catch(unless(NoSuchPublicKey, 'gone' as const))
    .catch(unless(PublicKeyInUse, 'in-use' as const))
  return outcome === 'in-use' ? outcome : 'deleted'
}

async function keyGroup(client: CloudFrontClient, name: string): Promise<KeyGroup | undefined> {
  const all = await everyPage(async marker => {
    const { KeyGroupList } = await client.send(new ListKeyGroupsCommand({ Marker: marker }), limit())
    return { items: KeyGroupList?.Items, next: KeyGroupList?.NextMarker }
  })
  const id = all.find(({ KeyGroup: each }) => each?.KeyGroupConfig?.Name === name)?.KeyGroup?.Id
  if (id === undefined) return undefined
  // The list has no ETag, and may be older.
  const found = await client.send(new GetKeyGroupCommand({ Id: id }), limit()).catch(unless(NoSuchResource, undefined))
  if (found?.KeyGroup === undefined) return undefined
  const { LastModifiedTime, KeyGroupConfig } = found.KeyGroup
  return { id, name, keyIds: KeyGroupConfig?.Items ?? [], modifiedAt: at(LastModifiedTime), etag: found.ETag ?? '' }
}

async function distributionsOf(client: CloudFrontClient, groupId: string): Promise<Distribution[]> {
  const ids = await everyPage(async marker => {
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

/** All that a list has, page by page: none of these holds more than some hundreds. */
async function everyPage<T>(
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

/** For `catch`: an error of this kind is no failure but means `value`. */
function unless<V>(kind: abstract new (...args: never[]) => Error, value: V): (error: unknown) => V {
  return error => {
    if (error instanceof kind) return value
    throw error
  }
}

function at(date: Date | undefined): EpochSeconds {
  return secondsOf((date?.getTime() ?? 0) as EpochMs)
}
