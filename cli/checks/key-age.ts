import { check, fail } from '../deployment/doctor/check.ts'
import { ageInDays, lateDays } from '../days.ts'

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
