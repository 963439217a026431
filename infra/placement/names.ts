import { Aws } from 'aws-cdk-lib'
import type { Region } from '../../shared/regions.ts'
import { type PhysicalNames, physicalNames } from './physical-names.ts'

/**
 * Returns the physical names of a deployment, by which a stack names resources of another without depending on it. Policies
 * and the edge function need them, because Lambda@Edge takes no value that is known only at deployment.
 */
export function namesOf(name: string): Names {
  return physicalNames(name, Aws.ACCOUNT_ID)
}

/** The physical names of one deployment. */
export type Names = PhysicalNames

/** Returns the ARN of a table's replica. */
export function tableArn(tableName: string, region: Region): string {
  return arn('dynamodb', region, `table/${tableName}`)
}

/**
 * Returns the ARN of a log group in any Region, with its streams, as permissions name it: only actions on tags take the ARN without `:*`
 * (CloudWatch Logs, "Overview of managing access permissions").
 */
export function logGroupArn(logGroupName: string): string {
  return arn('logs', '*', `log-group:${logGroupName}:*`)
}

/** Returns the ARN of a role, which has no Region. */
export function roleArn(roleName: string): string {
  return arn('iam', '', `role/${roleName}`)
}

/** Returns the ARN of a bucket, which has neither Region nor account. */
export function bucketArn(name: string): string {
  return `arn:${Aws.PARTITION}:s3:::${name}`
}

/** Returns the ARN of a resource in this account. */
export function arn(service: string, region: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${region}:${Aws.ACCOUNT_ID}:${resource}`
}
