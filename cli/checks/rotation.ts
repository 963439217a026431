import { edgeStackRegion } from '../../infra/settings.ts'
import { check, deployAgain, fail } from '../deployment/doctor/check.ts'
import { ageInDays, lateDays } from '../days.ts'

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
