/** Longest excerpt of an AWS message, in characters: some hold whole policies, and the output is a single line. */
const maxLength = 200

/** Messages of AWS for failed deletions, and what to do. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/replicated function/i, 'CloudFront keeps replicas of the edge function for some hours; run this again later'],
  [
    /pricing plan|flat-rate|subscri/i,
    'the plan of the distribution keeps it until it has ended: free at once, says CloudFront (CloudFormation may wait), the others after the billing cycle; run this again after that',
  ],
  [
    /acted as a source region/i,
    'DynamoDB keeps a table for a day after a replica was created from it; run this again later',
  ],
  [/BucketNotEmpty|bucket you tried to delete is not empty/i, 'files were added meanwhile; run this again'],
  [/currently in use|has a dependent object|network interface/i, 'a part of it is still in use; run this again later'],
]

/** Returns why a resource was not deleted: our explanation if we have one, else the start of AWS's message. */
export function explainAwsError(reason: string): string {
  const found = explanations.find(([pattern]) => pattern.test(reason))
  if (found !== undefined) return found[1]
  return reason.length <= maxLength ? reason : `${reason.slice(0, maxLength)}…`
}
