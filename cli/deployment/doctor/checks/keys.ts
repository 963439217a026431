import { edgeStackRegion, secretRegionsOf } from '../../../../infra/settings.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import type { Distribution, KeyGroup } from '../../../ports/aws-cloudfront.ts'
import { isOurKey } from '../../names.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'

/** Files take signatures of one key group only, which holds the current key and no key of another deployment. */
export const keyGroup = check({
  name: 'key-group',
  fine: 'files take signatures of the keys of this deployment only, including the current key',
  needs: ['keyGroup', 'currentKey', 'publicKeys', 'distribution'],
  inspect({ keyGroup: group, currentKey, publicKeys, distribution }, { settings: { name } }) {
    if (group === undefined) return [fail(`there is no key group ${name}: no download works`)]
    const { keyPairId } = currentKey
    const foreign = group.keyIds.filter(
      id => !publicKeys.some(key => key.id === id && isOurKey(key, name)) && id !== keyPairId,
    )
    return [
      ...(publicKeys.some(({ id }) => id === keyPairId)
        ? []
        : [fail(`CloudFront has no public key ${keyPairId} for the current signing key: it refuses all URLs`)]),
      ...(group.keyIds.includes(keyPairId)
        ? []
        : [fail(`key group ${name} lacks ${keyPairId}, the current key: CloudFront refuses all URLs`)]),
      ...foreign.map(id =>
        fail(
          `key group ${name} holds ${id}, which is not a key of this deployment: its owner can download all files`,
          'remove it',
        ),
      ),
      ...(distribution === undefined ? [] : trustProblems(distribution, group)),
    ]
  },
})

function trustProblems({ behaviours }: Distribution, group: KeyGroup): readonly Problem[] {
  const files = behaviours.at(-1)
  if (files === undefined) return []
  const others = files.keyGroups.filter(id => id !== group.id)
  return [
    ...(files.keyGroups.includes(group.id)
      ? []
      : [fail(`the distribution does not trust key group ${group.name} for files`)]),
    ...others.map(id => fail(`the distribution also trusts key group ${id} for files`, 'remove it')),
    ...(files.trustsAccounts ? [warn('the distribution also trusts keys of accounts for files', 'remove them')] : []),
  ]
}

/** The secret has a copy in every Region in which a function reads it, and all copies are in sync. */
export const secretRegions = check({
  name: 'secret-regions',
  fine: 'every Region has its copy of the keys, in sync',
  needs: ['secrets'],
  inspect({ secrets }, { settings, names }) {
    const regions = secretRegionsOf(settings)
    const primary = secrets[edgeStackRegion]
    if (primary === undefined) return [fail(`${names.secret} is not in ${edgeStackRegion}: nothing works without it`)]
    if (primary.deletedAt !== undefined) {
      const restore = `aws secretsmanager restore-secret --region ${edgeStackRegion} --secret-id ${names.secret}`
      return [fail(`${names.secret} is scheduled for deletion`, restore)]
    }
    const others = regions.filter(region => region !== edgeStackRegion)
    const extra = primary.copies.filter(({ region }) => !regions.some(each => each === region))
    return [
      ...others.flatMap(region => {
        const copy = primary.copies.find(each => each.region === region)
        if (copy === undefined || secrets[region] === undefined)
          return [fail(`there is no copy of the keys in ${region}`)]
        if (copy.status === 'InSync') return []
        return [fail(`the copy of the keys in ${region} is ${copy.status}`, 'check the secret in Secrets Manager')]
      }),
      ...extra.map(({ region }) => warn(`there is a copy of the keys in ${region}, where nothing reads it`)),
    ]
  },
})

/** Secrets Manager rotates the keys on the schedule of the settings, and the last rotation is not late. */
export const rotation = check({
  name: 'rotation',
  fine: 'keys rotate automatically, and the last rotation was in time',
  needs: ['secrets'],
  inspect({ secrets }, { settings: { rotationDays }, now }) {
    const secret = secrets[edgeStackRegion]
    if (secret === undefined) return []
    if (!secret.rotates) return [fail('the rotation of the keys is off')]
    const expected = `rate(${rotationDays} days)`
    const age = secret.changedAt === undefined ? 0 : ageInDays(secret.changedAt, now)
    return [
      ...(secret.schedule === expected
        ? []
        : [fail(`the rotation schedule is ${secret.schedule ?? 'not set'}, expected: ${expected}`, deployAgain)]),
      ...(age <= rotationDays + lateDays
        ? []
        : [
            fail(
              `the last rotation was ${age} days ago, expected: every ${rotationDays} days`,
              'read the log of the rotation',
            ),
          ]),
    ]
  },
})

/** The signing key is not older than the settings allow. A key in KMS is rotated by hand: docs/decisions/0012-rotation.md. */
export const keyAge = check({
  name: 'key-age',
  fine: 'the signing key is not too old',
  needs: ['currentKey', 'publicKeys'],
  appliesTo: ({ signer }) => signer === 'secret',
  inspect({ currentKey, publicKeys }, { settings: { rotationDays, name }, now }) {
    const key = publicKeys.find(({ id }) => id === currentKey.keyPairId)
    if (key === undefined) return [] // `keyGroup` reports this
    const age = ageInDays(key.createdAt, now)
    if (age <= rotationDays + lateDays) return []
    const todo = `read the log of ${name}-keys-rotate in us-east-1`
    return [fail(`the signing key is ${age} days old, expected: at most ${rotationDays} days`, todo)]
  },
})

/** Signer `kms`: the current key can sign in every Region in which the edge runs. */
export const signerCopies = check({
  name: 'signer-copies',
  fine: 'the KMS key can sign in every Region',
  needs: ['currentKey', 'signers'],
  appliesTo: ({ signer }) => signer === 'kms',
  inspect({ currentKey: { kmsKeyId }, signers }, { settings }) {
    if (kmsKeyId === undefined) {
      return [fail('the signing key is in the secret, expected: in KMS', 'rotate the secret')]
    }
    return secretRegionsOf(settings).flatMap(region => {
      const state = signers[region]?.state
      if (state === 'Enabled') return []
      return [fail(`KMS key ${kmsKeyId} in ${region} is ${state ?? 'missing'}: links redeemed there get no capability`)]
    })
  },
})

/** Days by which a rotation may be late. The alarm on the key's age waits as long. */
const lateDays = 7

const dayMs = 24 * 3600_000

/** Returns the whole days between two times. */
function ageInDays(since: EpochMs, now: EpochMs): number {
  return Math.floor((now - since) / dayMs)
}
