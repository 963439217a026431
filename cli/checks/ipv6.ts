import { check, fail } from '../deployment/doctor/check.ts'

/** IPv6 is off: a signed URL can be bound to an IPv4 address only (CloudFront, "Custom policy statement"). */
export const ipv6 = check({
  name: 'ipv6',
  fine: 'IPv6 is off',
  needs: ['distribution'],
  look({ distribution }) {
    return distribution?.ipv6 === true
      ? [fail('IPv6 is on: such viewers are refused, or their URLs bound to nobody')]
      : []
  },
})
