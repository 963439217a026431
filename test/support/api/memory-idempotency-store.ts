import type { IdempotencyRecord, IssuedRecord, NamedRecords } from '../../../api/ports.ts'

/** Makes a store of idempotency records in memory, under the same contract as the real table (test/system/contract). */
export function memoryIdempotencyStore<Result = IssuedRecord>(): NamedRecords<Result> {
  const records = new Map<string, IdempotencyRecord<Result>>()
  function claim(record: IdempotencyRecord<Result>, now: number, isFree: boolean) {
    const stored = records.get(record.id)
    const isAbandoned =
      stored?.fingerprint === record.fingerprint && stored.leaseUntil <= now && stored.issued === undefined
    if (!isFree && !isAbandoned && stored?.salt !== record.salt) return stored ?? 'missing'
    records.set(record.id, record)
    return 'claimed'
  }
  return {
    async reserve(record, now) {
      const { expiresAt } = records.get(record.id) ?? { expiresAt: now }
      return claim(record, now, expiresAt <= now) as 'claimed' | IdempotencyRecord<Result>
    },
    takeOver: async (record, now) => claim(record, now, false),
    async complete(record, issued) {
      if (records.get(record.id)?.salt !== record.salt) throw new Error('another request replaced the record')
      records.set(record.id, { ...record, issued })
    },
    async find(id) {
      return records.get(id)
    },
    async release({ id, salt }) {
      const stored = records.get(id)
      if (stored?.salt === salt && stored.issued === undefined) records.delete(id)
    },
  }
}
