/** The tag that GuardDuty gives a version that it has scanned: its value is the result (GuardDuty, "Using tag-based access control"). */
export const scanTag = 'GuardDutyMalwareScanStatus'

/** The result of a version in which nothing was found. */
export const cleanResult = 'NO_THREATS_FOUND'

/**
 * Returns the text that all scanners report for tests, and that harms nothing (EICAR, "Anti Malware Testfile"). It is put together here,
 * because a file that begins with it is reported everywhere.
 */
export function malwareTestText(): string {
  return ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE', '!$H+H*'].join('')
}

/**
 * The results of a version that was not scanned (GuardDuty, "S3 object potential scan status and result status"): of a kind that GuardDuty
 * can't read, such as an archive with a password; after an error; or because its role could not read it.
 */
const unscannedResults = ['UNSUPPORTED', 'FAILED', 'ACCESS_DENIED'] as const

/** Returns the results of versions that links may deliver. Any other, also one that this release doesn't know, is refused. */
export function acceptedResults({
  scanUnsupported,
}: {
  readonly scanUnsupported: 'refuse' | 'allow'
}): readonly string[] {
  return scanUnsupported === 'allow' ? [cleanResult, ...unscannedResults] : [cleanResult]
}

/** The key of an object that GuardDuty puts into a bucket to see whether it may (GuardDuty, "Create or update IAM role policy"). It stays. */
export const validationKey = 'malware-protection-resource-validation-object'
