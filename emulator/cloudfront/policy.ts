import { BlockList, isIPv4 } from 'node:net'
import * as v from 'valibot'
import type { EpochSeconds } from '../../shared/time.ts'

/** A CloudFront policy. */
export interface Policy {
  readonly resource: string
  /** First second in which CloudFront refuses again. */
  readonly before: EpochSeconds
  readonly network: string | undefined
}

const epoch = v.strictObject({ 'AWS:EpochTime': v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })

/** One statement without unknown fields (AWS, "Values that you specify in the policy statement"). One without Resource or with a start, which we never write, is refused. */
const schema = v.strictObject({
  Statement: v.strictTuple([
    v.strictObject({
      Resource: v.string(),
      Condition: v.strictObject({
        DateLessThan: epoch,
        IpAddress: v.optional(v.strictObject({ 'AWS:SourceIp': v.pipe(v.string(), v.check(isNetwork)) })),
      }),
    }),
  ]),
})

/** Parses a policy document; undefined if it is malformed. CloudFront allows no white space in it but a newline at its end. */
export function parsePolicy(text: string): Policy | undefined {
  if (/\s/.test(text.replace(/\n$/, ''))) return undefined
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (!result.success) return undefined
  const [{ Resource, Condition }] = result.output.Statement
  return {
    resource: Resource,
    before: Condition.DateLessThan['AWS:EpochTime'] as EpochSeconds,
    network: Condition.IpAddress?.['AWS:SourceIp'],
  }
}

/** Returns whether an IPv4 address is in the network `a.b.c.d` or `a.b.c.d/n`. */
export function addressIn(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/')
  const list = new BlockList()
  list.addSubnet(base, Number(bits), 'ipv4')
  return isIPv4(address) && list.check(address, 'ipv4')
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '32', ...rest] = text.split('/')
  return isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && rest.length === 0
}

/**
 * Returns whether a pattern is one of the whole text: `*` is any characters, `?` one. So is the path pattern of a behaviour, and a policy's
 * Resource of a URL. AWS's page "Create a signed URL using a custom policy" keeps wildcards in their section, such as the host; of URLs, the
 * edge signs no `*`. A `?` also begins the query, so if this refuses, CloudFront refuses.
 */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}
