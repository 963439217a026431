import { check, fail, warn } from '../check.ts'

/** The distribution is there, serves, and answers to the host that links name. */
export const distribution = check({
  name: 'distribution',
  fine: 'the distribution serves',
  needs: ['distribution'],
  look({ distribution: found }, { settings: { domainName } }) {
    if (found === undefined) return [fail('there is no distribution')]
    const names = domainName === undefined ? [] : [domainName]
    const extra = found.aliases.filter(alias => alias !== domainName)
    return [
      ...(found.enabled ? [] : [fail(`distribution ${found.id} is disabled`, 'enable it in CloudFront')]),
      ...(found.deployed ? [] : [warn('its last change is on its way to the edges', 'look again in 15 minutes')]),
      ...names
        .filter(name => !found.aliases.includes(name))
        .map(name => fail(`distribution ${found.id} does not answer to ${name}, which links name`)),
      ...extra.map(name => warn(`distribution ${found.id} also answers to ${name}`)),
    ]
  },
})
