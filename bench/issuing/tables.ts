/** Tables of the section on issuing: that of the API, that of the plain SDK, and that of quotas and idempotency records. */
export const issuingTables = { shipped: 'issued-links', plain: 'plain-links', apiState: 'api-state' } as const
