// What the package exports.
export { OnceAtEdge } from './once-at-edge.ts'
export { OnceAtEdgeError } from './errors.ts'
export type { OnceAtEdgeProps } from './props.ts'
export type { DistributionProps } from './props/distribution.ts'
export type { LinkProps } from './props/links.ts'
export type { OperationProps } from './props/operation.ts'
export type { OnceGrants } from './issuers/grants.ts'
export type { GrantOptions, IssuerLimits, IssuerProps } from './props/issuers.ts'
