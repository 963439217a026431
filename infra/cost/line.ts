/** One line of the bill, in dollars. */
export interface CostLine {
  readonly what: string
  /** A month without a single link. */
  readonly idle: number
  /** Added in a month in which links are issued and redeemed around the clock and from everywhere, however many. */
  readonly inUse: number
  /** Added by a million links, each issued and redeemed once, without the bytes of files. */
  readonly million: number
}

/** Returns a line of the bill; what it doesn't name costs nothing. */
export function line(
  what: string,
  { idle = 0, inUse = 0, million: each = 0 }: Partial<Omit<CostLine, 'what'>>,
): CostLine {
  return { what, idle, inUse, million: each }
}
