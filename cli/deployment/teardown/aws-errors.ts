/** Longest that AWS's own words are repeated, in characters: some hold whole policies, and this goes into one line. */
const longest = 200

/** What AWS says when it will not let go of something, and what that means. */
const known: readonly (readonly [RegExp, string])[] = [
  [/replicated function/i, 'CloudFront keeps copies of the edge function for some hours; run this again then'],
  [
    /acted as a source region/i,
    'DynamoDB keeps a table for a day after a replica was made from it; run this again then',
  ],
  [/BucketNotEmpty|bucket you tried to delete is not empty/i, 'files came in meanwhile; run this again'],
  [
    /currently in use|has a dependent object|network interface/i,
    'something of it is still in use; run this again later',
  ],
]

/** Why a resource could not be deleted, in our words where we know better, else in AWS's. */
export function explainAwsError(reason: string): string {
  const found = known.find(([pattern]) => pattern.test(reason))
  if (found !== undefined) return found[1]
  return reason.length <= longest ? reason : `${reason.slice(0, longest)}…`
}
