import type { InvalidField } from '../../shared/fields.ts'
import type { Settings } from './settings.ts'

/** Whether the deployment sends webhooks. */
export function hasEndpoints({ endpoints = [] }: Pick<Settings, 'endpoints'>): boolean {
  return endpoints.length > 0
}

/** Checks what endpoints depend on: the network, the list of issuers, and that no secret is that of the keys. */
export function* checkEndpoints(settings: Settings): Iterable<InvalidField> {
  const { endpoints = [], endpointsOutside, network, issuers, name } = settings
  // Webhooks leave AWS from a function outside of the VPC.
  if (endpoints.length > 0 && network === 'private' && !endpointsOutside) {
    const allowed = 'none with network "private", unless endpointsOutside is true: webhooks are sent over the internet'
    yield { field: 'endpoints', got: `${endpoints.length} endpoints`, allowed }
  }
  const ids = new Set(issuers?.map(({ id }) => id))
  for (const [index, { issuer }] of endpoints.entries()) {
    // The construct adds issuers later, by grants.
    if (issuer === undefined || issuers === undefined || ids.has(issuer)) continue
    const allowed = `the id of an issuer: ${[...ids].join(', ')}`
    yield { field: `endpoints.${index}.issuer`, got: JSON.stringify(issuer), allowed }
  }
  for (const [index, { secretName }] of endpoints.entries()) {
    if (secretName !== `${name}-keys`) continue
    const allowed = 'a secret of webhooks: this one holds the keys of the deployment'
    yield { field: `endpoints.${index}.secretName`, got: JSON.stringify(secretName), allowed }
  }
}
