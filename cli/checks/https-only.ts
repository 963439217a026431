import { check, fail } from '../deployment/doctor/check.ts'

/** Nothing goes over HTTP, not even a redirect: by then the nonce has been read on the way. */
export const httpsOnly = check({
  name: 'https-only',
  fine: 'HTTPS only, without redirects',
  needs: ['distribution'],
  look({ distribution }) {
    const others = (distribution?.behaviours ?? []).filter(({ protocol }) => protocol !== 'https-only')
    return others.map(({ path, protocol }) => fail(`${path} has ${protocol}, expected: https-only`))
  },
})
