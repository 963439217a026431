import { describe, expect, test } from 'vitest'
import { arrivalsOf, mail, normal, push } from '../../proof/campaign/arrivals.ts'

describe('arrivals', () => {
  test('the normal distribution has its known values', () => {
    expect([-2, -1, 0, 1, 3].map(normal)).toEqual(
      [0.022_750_131_95, 0.158_655_253_9, 0.5, 0.841_344_746_1, 0.998_650_102].map(value => expect.closeTo(value, 9)),
    )
  })

  test('mail is opened as published: about a third within an hour, 78 % within a day', () => {
    const { people } = arrivalsOf({ ...mail(1), deliverySeconds: 1 })
    const within = (hours: number) => people.slice(0, hours * 3600).reduce((sum, each) => sum + each, 0)
    expect(within(1)).toBeCloseTo(0.33, 2)
    expect(within(24)).toBeCloseTo(0.78, 2)
  })

  test('a third of those who open a push notification do so within 5 minutes', () => {
    const { people } = arrivalsOf({ ...push(1), deliverySeconds: 1 })
    expect(people.slice(0, 300).reduce((sum, each) => sum + each, 0)).toBeCloseTo(0.3, 2)
  })

  test('everybody and every scanner arrives once', () => {
    const { people, robots } = arrivalsOf({ ...push(1e6), robots: { share: 0.2, withinSeconds: 600 } })
    expect(people.reduce((sum, each) => sum + each, 0) / 1e6).toBeCloseTo(1, 2)
    expect(robots.reduce((sum, each) => sum + each, 0) / 1e6).toBeCloseTo(0.2, 6)
  })
})
