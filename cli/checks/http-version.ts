import { check, fail, warn } from '../deployment/doctor/check.ts'

/** No HTTP/3 where capabilities are bound to an address: its connections outlive a change of it. */
export const httpVersion = check({
  name: 'http-version',
  fine: 'the versions of HTTP go with how capabilities are bound',
  needs: ['distribution'],
  look({ distribution }, { settings: { bindAddresses } }) {
    if (distribution === undefined) return []
    const { httpVersion: found } = distribution
    const hasHttp3 = found.includes('http3') || found.includes('and3')
    if (bindAddresses && hasHttp3) {
      return [
        fail(`HTTP/3 is on (${found}): downloads by capabilities that are bound to an address fail when it changes`),
      ]
    }
    if (!bindAddresses && !hasHttp3) return [warn(`HTTP/3 is off (${found}), though capabilities are not bound`)]
    return []
  },
})
