import { createPublicKey, type KeyObject } from 'node:crypto'
import { CloudFrontClient, GetPublicKeyCommand, ListKeyGroupsCommand } from '@aws-sdk/client-cloudfront'
import {
  DescribeKeyCommand,
  GetPublicKeyCommand as GetPublicKeyOfKms,
  KMSClient,
  ListKeysCommand,
} from '@aws-sdk/client-kms'
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, test, vi } from 'vitest'
import { account } from '../ministack.ts'
import { type Life, reasonOf, report, target } from './deployed.ts'

const [minute, day] = [60_000, 86_400_000]

const credentials = { accessKeyId: account, secretAccessKey: 'test' }

/** Registers what is promised of keys: they are rotated without a link that stops working, retired, and replaced at once. */
export function keysChange(life: () => Life): void {
  test('if KMS signs, CloudFront has the public key of a key in KMS, in each home Region the same', async ({
    skip,
  }) => {
    const { settings } = life()
    if (settings.signer !== 'kms') return skip('a key in the secret signs')
    const known = await publicKeys(life())
    for (const region of settings.homeRegions) {
      const inKms = await keysOfKms(life(), region)
      expect(known.filter(({ key }) => inKms.some(each => each.equals(key)))).toHaveLength(1)
    }
  })

  test('links issued before and after a rotation of the keys open', async () => {
    const { issue, clock } = life()
    const before = await issue()
    await rotate(life())
    clock.advance(16 * minute)
    await opens(before.url, life())
    await opens((await issue()).url, life())
  })

  test('retirement removes the public key that nothing needs any more, and links still open', async () => {
    const { invoke, names, clock, issue, settings } = life()
    const retire = async () => invoke(names.keysFunction('retire'), {}, 'us-east-1')
    await retire()
    const before = await publicKeys(life())
    clock.advance(4 * day)
    await retire()
    const left = await publicKeys(life())
    expect(left).toHaveLength(1)
    expect(before).toHaveLength(settings.signer === 'kms' ? 1 : 2)
    expect(before.map(({ id }) => id)).toContain(left[0]?.id)
    await opens((await issue()).url, life())
  })

  test('after an invalidation no link that was issued before opens, and new ones do', async () => {
    const { invoke, names, clock, issue, visit } = life()
    const before = await issue()
    await invoke(names.keysFunction('invalidate-links'), { invalidateLinks: true }, 'us-east-1')
    clock.advance(16 * minute)
    // A process reads the secret again when it is used; until then it has the former keys.
    await vi.waitFor(async () => expect(reasonOf(await visit(before.url))).toBe('forged'), {
      timeout: 20_000,
      interval: 200,
    })
    await vi.waitFor(async () => opens((await issue()).url, life()), { timeout: 20_000, interval: 200 })
  })
}

async function opens(url: string, { visit }: Life): Promise<void> {
  const opened = await visit(url)
  expect(opened.status, opened.body).toBe(302)
  expect((await visit(target(opened, url))).body).toBe(report.content)
}

/** Rotates the secret as an operator does, and waits until Secrets Manager has done all four steps. */
export async function rotate({ names, endpoint, clock }: Life): Promise<void> {
  // A new public key is used a quarter of an hour after CloudFront got it.
  clock.advance(16 * minute)
  const secrets = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials })
  const { VersionId = '' } = await secrets.send(new RotateSecretCommand({ SecretId: names.secret }))
  await vi.waitFor(
    async () => {
      const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: names.secret }))
      expect(VersionIdsToStages?.[VersionId]).toContain('AWSCURRENT')
    },
    { timeout: 60_000, interval: 200 },
  )
}

/** Returns the public keys in the deployment's key group. */
async function publicKeys({ endpoint, settings }: Life): Promise<readonly { id: string; key: KeyObject }[]> {
  const client = new CloudFrontClient({ endpoint, region: 'us-east-1', credentials })
  const { KeyGroupList } = await client.send(new ListKeyGroupsCommand({}))
  const groups = KeyGroupList?.Items?.map(({ KeyGroup }) => KeyGroup?.KeyGroupConfig) ?? []
  const ids = groups.find(group => group?.Name === settings.name)?.Items ?? []
  const keyOf = async (Id: string) => {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ Id }))
    return { id: Id, key: createPublicKey(PublicKey?.PublicKeyConfig?.EncodedKey ?? '') }
  }
  return Promise.all(ids.map(keyOf))
}

/** Returns the public halves of the keys that sign, of the KMS of a Region. */
async function keysOfKms({ endpoint }: Life, region: string): Promise<readonly KeyObject[]> {
  const client = new KMSClient({ endpoint, region, credentials })
  const { Keys = [] } = await client.send(new ListKeysCommand({}))
  const described = await Promise.all(Keys.map(({ KeyId }) => client.send(new DescribeKeyCommand({ KeyId }))))
  const signing = described.filter(({ KeyMetadata }) => KeyMetadata?.KeyUsage === 'SIGN_VERIFY')
  const keyOf = async (KeyId: string | undefined) => {
    const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyOfKms({ KeyId }))
    return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
  }
  return Promise.all(signing.map(({ KeyMetadata }) => keyOf(KeyMetadata?.KeyId)))
}
