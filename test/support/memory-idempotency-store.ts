import type { IdempotencyRecord, IdempotencyStore } from '../../api/ports.ts'

/** Remembered answers in memory, under the same contract as the real table (test/contract). */
export function memoryIdempotencyStore(): IdempotencyStore {
  const claims = new Map<string, IdempotencyRecord>()
  return {
    async reserve(claim, now) {
      const standing = claims.get(claim.id)
      const free = standing === undefined || standing.salt === claim.salt || standing.expiresAt <= now
      const abandoned =
        standing?.fingerprint === claim.fingerprint && standing.leaseUntil <= now && standing.issued === undefined
      if (!free && !abandoned && standing) return standing
      claims.set(claim.id, claim)
      return 'claimed'
    },
    async complete(claim, issued) {
      if (claims.get(claim.id)?.salt !== claim.salt) throw new Error('the claim was taken over')
      claims.set(claim.id, { ...claim, issued })
    },
  }
}
