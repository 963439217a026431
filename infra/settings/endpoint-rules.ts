import type { InvalidField } from '../../shared/fields.ts'
import type { Settings } from './settings.ts'

/** Whether the deployment sends webhooks. */
export function hasEndpoints({ endpoints = [] }: Pick<Settings, 'endpoints'>): boolean {
  return endpoints.length > 0
}

/** Checks what endpoints depend on: the network, the list of issuers, and that no secret is that of the keys. */
export function checkEndpoints(settings: Settings): InvalidField[] {
  return [...checkPrivate(settings), ...checkIssuers(settings), ...checkSecrets(settings)]
}

/** Webhooks leave AWS from a function outside of the VPC. */
function checkPrivate(settings: Settings): InvalidField[] {
  const { network, endpointsOutside } = settings
  if (!hasEndpoints(settings) || network === 'public' || endpointsOutside) return []
  const allowed = 'none with network "private", unless endpointsOutside is true: webhooks are sent over the internet'
  return [{ field: 'endpoints', got: `${settings.endpoints?.length} endpoints`, allowed }]
}

function checkIssuers({ endpoints = [], issuers }: Settings): InvalidField[] {
  const ids = new Set(issuers?.map(({ id }) => id))
  return endpoints.flatMap(({ issuer }, index) => {
    // The construct adds issuers later, by grants.
    if (issuer === undefined || issuers === undefined || ids.has(issuer)) return []
    const allowed = `the id of an issuer: ${[...ids].join(', ')}`
    return [{ field: `endpoints.${index}.issuer`, got: JSON.stringify(issuer), allowed }]
  })
}

function checkSecrets({ endpoints = [], name }: Settings): InvalidField[] {
  return endpoints.flatMap(({ secretName }, index) => {
    if (secretName !== `${name}-keys`) return []
    const allowed = 'a secret of webhooks: this one holds the keys of the deployment'
    return [{ field: `endpoints.${index}.secretName`, got: JSON.stringify(secretName), allowed }]
  })
}
