import { edgeStackRegion, secretRegionsOf } from '../../../../infra/settings.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import type { Distribution, KeyGroup } from '../../../ports/aws-resources.ts'
import { isOurKey } from '../../names.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'

/** Files are opened by our key group alone, which holds the key that signs, and no key of somebody else's. */
export const keyGroup = check({
  name: 'key-group',
  fine: 'files take a signature by our keys alone, the one in force among them',
  needs: ['keyGroup', 'keyInForce', 'publicKeys', 'distribution'],
  look({ keyGroup: group, keyInForce, publicKeys, distribution }, { settings: { name } }) {
    if (group === undefined) return [fail(`there is no key group ${name}: no link can be opened`)]
    const { keyPairId } = keyInForce
    const foreign = group.keyIds.filter(
      id => !publicKeys.some(key => key.id === id && isOurKey(key, name)) && id !== keyPairId,
    )
    return [
      ...(publicKeys.some(({ id }) => id === keyPairId)
        ? []
        : [fail(`CloudFront knows no public key ${keyPairId}, with which URLs are signed: all are refused`)]),
      ...(group.keyIds.includes(keyPairId)
        ? []
        : [fail(`key group ${name} lacks ${keyPairId}, with which URLs are signed: all are refused`)]),
      ...foreign.map(id =>
        fail(
          `key group ${name} holds ${id}, which is not of this deployment: its owner opens all files`,
          'take it out',
        ),
      ),
      ...(distribution === undefined ? [] : trusted(distribution, group)),
    ]
  },
})

function trusted({ behaviours }: Distribution, group: KeyGroup): readonly Problem[] {
  const files = behaviours.at(-1)
  if (files === undefined) return []
  const others = files.keyGroups.filter(id => id !== group.id)
  return [
    ...(files.keyGroups.includes(group.id)
      ? []
      : [fail(`the distribution does not trust key group ${group.name} for files`)]),
    ...others.map(id => fail(`the distribution also trusts key group ${id} for files`, 'take it off')),
    ...(files.trustsAccounts
      ? [warn('the distribution also trusts keys of whole accounts for files', 'take them off')]
      : []),
  ]
}

/** The secret with the keys has a copy wherever a function reads it, and all copies are the same. */
export const secretRegions = check({
  name: 'secret-regions',
  fine: 'every Region has its copy of the keys, in sync',
  needs: ['secrets'],
  look({ secrets }, { settings, names }) {
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
        return [fail(`the copy of the keys in ${region} is ${copy.status}`, 'look at the secret in Secrets Manager')]
      }),
      ...extra.map(({ region }) => warn(`there is a copy of the keys in ${region}, where none is used`)),
    ]
  },
})

/** Secrets Manager rotates the keys by itself, as often as the settings say, and did so lately. */
export const rotation = check({
  name: 'rotation',
  fine: 'keys rotate by themselves, and did in time',
  needs: ['secrets'],
  look({ secrets }, { settings: { rotationDays }, now }) {
    const secret = secrets[edgeStackRegion]
    if (secret === undefined) return []
    if (!secret.rotates) return [fail('the rotation of the keys is off')]
    const expected = `rate(${rotationDays} days)`
    const age = secret.changedAt === undefined ? 0 : ageInDays(secret.changedAt, now)
    return [
      ...(secret.schedule === expected
        ? []
        : [fail(`keys are rotated by ${secret.schedule ?? 'no schedule'}, expected: ${expected}`, deployAgain)]),
      ...(age <= rotationDays + lateDays
        ? []
        : [
            fail(
              `the last rotation was ${age} days ago, expected: every ${rotationDays}`,
              'read the log of the rotation',
            ),
          ]),
    ]
  },
})

/** The key that signs is not older than the settings allow. A key in KMS is renewed by hand: docs/decisions/0012-rotation.md. */
export const keyAge = check({
  name: 'key-age',
  fine: 'the signing key is young enough',
  needs: ['keyInForce', 'publicKeys'],
  appliesTo: ({ signer }) => signer === 'secret',
  look({ keyInForce, publicKeys }, { settings: { rotationDays, name }, now }) {
    const key = publicKeys.find(({ id }) => id === keyInForce.keyPairId)
    if (key === undefined) return [] // the check of the key group says so
    const age = ageInDays(key.createdAt, now)
    if (age <= rotationDays + lateDays) return []
    const todo = `read the log of ${name}-keys-rotate in us-east-1`
    return [fail(`the signing key is ${age} days old, expected: at most ${rotationDays}`, todo)]
  },
})

/** Signer `kms`: the key in force can sign in every Region in which the edge runs. */
export const signerCopies = check({
  name: 'signer-copies',
  fine: 'the key in KMS can sign in every Region',
  needs: ['keyInForce', 'signers'],
  appliesTo: ({ signer }) => signer === 'kms',
  look({ keyInForce: { kmsKeyId }, signers }, { settings }) {
    if (kmsKeyId === undefined) {
      return [fail('what signs is a key in the secret, expected: one in KMS', 'rotate the secret')]
    }
    return secretRegionsOf(settings).flatMap(region => {
      const state = signers[region]?.state
      if (state === 'Enabled') return []
      return [fail(`KMS key ${kmsKeyId} in ${region} is ${state ?? 'not there'}: links opened there get no capability`)]
    })
  },
})

/** How late a rotation may be before somebody should look, in days: the alarm of the key's age waits as long. */
const lateDays = 7

const dayMs = 24 * 3600_000

/** Whole days that have passed. */
function ageInDays(since: EpochMs, now: EpochMs): number {
  return Math.floor((now - since) / dayMs)
}
