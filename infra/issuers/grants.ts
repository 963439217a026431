import type { IGrantable } from 'aws-cdk-lib/aws-iam'
import type { GrantOptions } from '../settings/props.ts'
import type { IssuerList } from './issuer-list.ts'

/**
 * Grants to issuers: each lets a principal call the methods of the api that it needs, and adds it to the list by which the api
 * decides. Grants to one principal add up. From the first grant on, all callers without one are refused.
 */
export class OnceGrants {
  readonly #issuers: IssuerList

  /** @internal */
  constructor(issuers: IssuerList) {
    this.#issuers = issuers
  }

  /** Allows issuing links for objects whose keys start with one of `prefixes`. Throws an `OnceAtEdgeError` for a contradiction. */
  issue(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['issue'], options)
  }

  /**
   * Allows uploading files whose keys start with one of `prefixes`, and so replacing any object that has such a key: its former version
   * remains only where the bucket keeps versions. Throws an `OnceAtEdgeError` for a contradiction, or if `content` takes no uploads.
   */
  upload(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['upload'], options)
  }

  /**
   * Allows issuing links that take a file below one of `prefixes`, and nothing else. Throws an `OnceAtEdgeError` for a contradiction, or
   * without the prop `uploadLinks`.
   */
  ask(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['ask'], options)
  }

  /** Allows showing and listing the links of the issuer. Throws an `OnceAtEdgeError` for a contradiction. */
  read(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['read'], options)
  }

  /** Allows revoking the links of the issuer. Throws an `OnceAtEdgeError` for a contradiction. */
  revoke(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['revoke'], options)
  }

  /** Allows exchanging links of the issuer for presigned URLs. Throws an `OnceAtEdgeError` for a contradiction. */
  exchange(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['exchange'], options)
  }

  /** Allows showing, listing and revoking the links of all issuers. Throws an `OnceAtEdgeError` for a contradiction. */
  admin(grantee: IGrantable, options: GrantOptions = {}): void {
    this.#issuers.grant(grantee, ['admin'], options)
  }
}
