import type { Endpoint } from '../shared/endpoints.ts'
import { echo, type InvalidField } from '../shared/fields.ts'
import type { Access } from '../shared/issuers.ts'

/** Returns the endpoints that links of a caller may name: those of its issuer, and those for all. */
export function endpointsFor(
  { id }: Access,
  endpoints: readonly Endpoint[] | undefined,
): readonly Endpoint[] | undefined {
  return endpoints?.filter(({ issuer }) => issuer === undefined || issuer === id)
}

/** Checks that a link names an endpoint of its caller. The error lists those, and none of others. */
export function checkNotify(
  { notify }: { readonly notify?: string },
  { endpoints = [] }: { readonly endpoints?: readonly Endpoint[] | undefined },
): InvalidField[] {
  if (notify === undefined || endpoints.some(({ id }) => id === notify)) return []
  const ids = endpoints.map(({ id }) => id).join(', ')
  const allowed = ids === '' ? 'no endpoint: the deployment has none for this issuer' : `one of ${ids}`
  return [{ field: 'notify', got: echo(notify), allowed }]
}
