import { secretRegionsOf } from '../../infra/settings.ts'
import { check, fail } from '../deployment/doctor/check.ts'

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
