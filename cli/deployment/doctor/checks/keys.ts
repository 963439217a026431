import type { Distribution, KeyGroup } from '../../../ports/aws-resources.ts'
import { isOurKey } from '../../../public-key-name.ts'
import { check, fail, type Problem, warn } from '../check.ts'

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
