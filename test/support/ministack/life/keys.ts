import { createPublicKey, type KeyObject } from 'node:crypto'
import { CloudFrontClient, GetPublicKeyCommand, ListKeyGroupsCommand } from '@aws-sdk/client-cloudfront'
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, test, vi } from 'vitest'
import { account } from '../ministack.ts'
import { type Life, reasonOf, report, target } from './deployed.ts'

const [minute, day] = [60_000, 86_400_000]

const credentials = { accessKeyId: account, secretAccessKey: 'test' }

/** Registers what is promised of keys: they are rotated without a link that stops working, retired, and replaced at once. */
export function keysChange(life: () => Life): void {
  test('links issued before and after a rotation of the keys open', async () => {
    const { issue, clock } = life()
    const before = await issue()
    await rotate(life())
    clock.advance(16 * minute)
    await opens(before.url, life())
    await opens((await issue()).url, life())
  })

  test('retirement removes the public key that nothing needs any more, and links still open', async () => {
    const { invoke, names, clock, issue } = life()
    const retire = async () => invoke(names.keysFunction('retire'), {}, 'us-east-1')
    await retire()
    const before = await publicKeys(life())
    clock.advance(4 * day)
    await retire()
    const left = await publicKeys(life())
    expect(left).toHaveLength(1)
    expect(before).toHaveLength(2)
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
