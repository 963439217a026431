import * as iam from 'aws-cdk-lib/aws-iam'
import { referenceIndex } from '../../shared/link-item.ts'
import type { Region } from '../../shared/regions.ts'
import { type Names, tableArn } from '../placement/names.ts'

/**
 * Grants on the links table, by verb: each allows exactly the actions of that verb, on the replicas in `regions`. It refers to
 * the table by name, so that any stack can grant.
 */
export class LinkGrants {
  readonly #replicas: readonly string[]

  constructor(names: Pick<Names, 'linksTable'>, regions: readonly Region[]) {
    this.#replicas = regions.map(region => tableArn(names.linksTable, region))
  }

  /**
   * Grants consuming links, reading them and counting unredeemed requests: delete, or update if there is a receipt, and read.
   */
  grantConsume(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:DeleteItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'])
  }

  /** Grants writing new links. */
  grantIssue(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:PutItem'])
  }

  /** Grants reading a link and marking it revoked. */
  grantRevoke(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'])
  }

  /** Grants listing links: all, or those of one reference. */
  grantList(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:Scan'])
    const resourceArns = this.#replicas.map(referenceIndexArn)
    iam.Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns }).assertSuccess()
  }

  /** Grants removing links after `purgeAt`. */
  grantSweep(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:Scan', 'dynamodb:DeleteItem'])
  }

  #allow(grantee: iam.IGrantable, actions: string[]): void {
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [...this.#replicas] }).assertSuccess()
  }
}

/** Returns the ARN of the index by reference of a replica. */
export function referenceIndexArn(tableArn: string): string {
  return `${tableArn}/index/${referenceIndex.name}`
}
