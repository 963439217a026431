import type { Region } from '../../shared/regions.ts'

/**
 * The Regions in which Lambda@Edge runs, each of which may have a log of the edge function (AWS, "Service-linked roles for
 * Lambda@Edge", read in 2026-11).
 */
export const lambdaEdgeRegions = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'sa-east-1',
] as const satisfies readonly Region[]
