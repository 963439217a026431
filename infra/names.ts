import { Aws } from 'aws-cdk-lib'
import type { Region } from '../shared/regions.ts'
import { type PhysicalNames, physicalNames } from './physical-names.ts'

/**
 * The physical names of a deployment, so that a stack can name what another one makes without waiting for it: policies and
 * the edge function must, since Lambda@Edge takes no value that is only known when it is deployed.
 */
export function namesOf(name: string): Names {
  return physicalNames(name, Aws.ACCOUNT_ID)
}

/** The physical names of one deployment. */
export type Names = PhysicalNames

/** The ARN of a table's replica. */
export function tableArn(tableName: string, region: Region): string {
  return arn('dynamodb', region, `table/${tableName}`)
}

/** The ARN of a role, which is in no Region. */
export function roleArn(roleName: string): string {
  return arn('iam', '', `role/${roleName}`)
}

/** The ARN of something in this account. */
export function arn(service: string, region: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${region}:${Aws.ACCOUNT_ID}:${resource}`
}
