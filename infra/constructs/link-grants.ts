import * as iam from 'aws-cdk-lib/aws-iam'
import type { Region } from '../../shared/regions.ts'
import { referenceIndex } from '../../shared/link-item.ts'
import { type Names, tableArn } from '../names.ts'

/**
 * What may be done with links, by verb: each grant is the actions of that verb on the replicas in `regions`, no more. By
 * name, so that any stack can grant, whichever holds the table.
 */
export class LinkGrants {
  readonly #replicas: readonly string[]

  constructor(names: Pick<Names, 'linksTable'>, regions: readonly Region[]) {
    this.#replicas = regions.map(region => tableArn(names.linksTable, region))
  }

  /** To take links, to look at them and to count who looked: the delete, or the update of a link with a receipt, and the read. */
  grantConsume(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:DeleteItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'])
  }

  /** To write new links. */
  grantIssue(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:PutItem'])
  }

  /** To look at a link and to mark it revoked. */
  grantRevoke(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'])
  }

  /** To list links: all of them, or those of one reference. */
  grantList(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:Scan'])
    const resourceArns = this.#replicas.map(referenceIndexArn)
    iam.Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns }).assertSuccess()
  }

  /** To remove what is over. */
  grantSweep(grantee: iam.IGrantable): void {
    this.#allow(grantee, ['dynamodb:Scan', 'dynamodb:DeleteItem'])
  }

  #allow(grantee: iam.IGrantable, actions: string[]): void {
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [...this.#replicas] }).assertSuccess()
  }
}

/** The ARN of the index by reference of a table's replica. */
export function referenceIndexArn(tableArn: string): string {
  return `${tableArn}/index/${referenceIndex.name}`
}
