import { signerKeysOf, wantedSignerKey } from '../../../../infra/placement/placement.ts'
import { secretRegionsOf } from '../../../../infra/settings/settings.ts'
import { check, deployAgain, fail, revertDrift } from '../check.ts'

/** The current key is where the settings say; if that is KMS, it can sign in every Region with a copy of the secret. */
export const signer = check({
  name: 'signer',
  fine: (_, { settings }) => {
    const where =
      settings.signer === 'kms' ? 'the KMS key can sign in every Region with keys' : 'the signing key is in the secret'
    const former = signerKeysOf(settings).filter(key => key !== wantedSignerKey(settings))
    return former.length === 0 ? where : `${where}; ${former.join(', ')} in KMS stay until a later ${deployAgain}`
  },
  needs: ['currentKey'],
  sees: ['signers'],
  *inspect({ currentKey: { kmsKeyId }, signers }, { settings }) {
    const isInSecret = settings.signer === 'secret'
    if (isInSecret && kmsKeyId !== undefined)
      yield fail('the signing key is in KMS, expected: in the secret', deployAgain)
    if (isInSecret) return
    if (kmsKeyId === undefined) return yield fail('the signing key is in the secret, expected: in KMS', deployAgain)
    for (const region of secretRegionsOf(settings)) {
      const { state } = signers[region] ?? {}
      const is = `${state ?? 'missing'}: links redeemed near it may get no capability`
      if (state !== 'Enabled')
        yield fail(`KMS key ${kmsKeyId} in ${region} is ${is}`, enableKey(kmsKeyId, region, state))
    }
  },
})

/** Returns the commands that make a key usable again; without the key, what creates it. */
function enableKey(id: string, region: string, state: string | undefined): string {
  if (state === undefined) return revertDrift
  const command = (verb: string) => `aws kms ${verb} --region ${region} --key-id ${id}`
  const enable = command('enable-key')
  return state.startsWith('Pending') ? `${command('cancel-key-deletion')} && ${enable}` : enable
}

/** Tables, secret and files are encrypted with customer managed keys that work. */
export const encryption = check({
  name: 'encryption',
  fine: 'tables, secret and files are encrypted with customer managed keys',
  needs: ['dataKeys'],
  appliesTo: settings => settings.encryption === 'customer',
  inspect: ({ dataKeys }) =>
    dataKeys.flatMap(({ of, region, key }) => {
      if (key?.isCustomers !== true) return [fail(`${of} is not encrypted with a customer managed key`)]
      if (key.state === 'Enabled') return []
      return [fail(`the key of ${of} is ${key.state}: nothing can read it`, enableKey(key.id, region, key.state))]
    }),
})
