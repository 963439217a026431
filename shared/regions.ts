/**
 * Home Regions that a nonce can name, by the code in its byte 2.
 *
 * Append-only: a link carries its code until it expires, so a line is never changed or removed.
 * The list holds where Lambda@Edge runs (AWS, "Service-linked roles for Lambda@Edge") and where a strongly consistent
 * global table can have a replica (AWS, "How DynamoDB global tables work"), both read in 2026-11.
 */
const codes = {
  'us-east-1': 1,
  'us-east-2': 2,
  'us-west-1': 3,
  'us-west-2': 4,
  'ca-central-1': 5,
  'sa-east-1': 6,
  'eu-west-1': 7,
  'eu-west-2': 8,
  'eu-west-3': 9,
  'eu-central-1': 10,
  'eu-north-1': 11,
  'eu-south-2': 12,
  'ap-south-1': 13,
  'ap-southeast-1': 14,
  'ap-southeast-2': 15,
  'ap-northeast-1': 16,
  'ap-northeast-2': 17,
  'ap-northeast-3': 18,
} as const

/** An AWS Region that this version can name in a nonce. */
export type Region = keyof typeof codes

/** Every Region this version knows, in the order of their codes. */
export const regions = Object.keys(codes) as readonly Region[]

const byCode = new Map<number, Region>(regions.map(region => [codes[region], region]))

/** Returns the byte that names `region` in a nonce: 1 to 255, the same for ever. */
export function regionCode(region: Region): number {
  return codes[region]
}

/** Returns the Region that a nonce's byte names; undefined if this version doesn't know the code. */
export function regionOfCode(code: number): Region | undefined {
  return byCode.get(code)
}

/** Returns whether `text` is the name of a Region that this version knows. */
export function isRegion(text: string): text is Region {
  return Object.hasOwn(codes, text)
}

/** Calls `make` for each Region now. Returns a function from Region to result; it throws for other Regions. */
export function onePerRegion<T>(all: readonly Region[], make: (region: Region) => T): (region: Region) => T {
  const made = new Map(all.map(region => [region, make(region)]))
  return region => {
    const found = made.get(region)
    if (found === undefined) throw new Error(`Region ${region} is not one of ${all.join(', ')}`)
    return found
  }
}

/**
 * Regions in which a strongly consistent global table can have a replica, any three of them (AWS, "How DynamoDB
 * global tables work", read in 2026-11).
 */
export const strongRegions: readonly Region[] = /* @__PURE__ */ regions.filter(
  region => !['us-west-1', 'sa-east-1', 'ap-southeast-2'].includes(region),
)
