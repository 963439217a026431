import { BlockList, isIPv4 } from 'node:net'
import * as v from 'valibot'
import type { EpochSeconds } from '../../shared/time.ts'

/** What a CloudFront policy grants. Without a resource it is everything, which CloudFront allows and we never write. */
export interface Policy {
  readonly resource: string | undefined
  /** Refused at and after this second. */
  readonly before: EpochSeconds
  /** Refused until this second is over. */
  readonly after: EpochSeconds | undefined
  readonly network: string | undefined
}

const epoch = v.strictObject({ 'AWS:EpochTime': v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })

/** Exactly one statement, nothing unknown in it (AWS, "Values that you specify in the policy statement"). */
const schema = v.strictObject({
  Statement: v.strictTuple([
    v.strictObject({
      Resource: v.optional(v.string()),
      Condition: v.strictObject({
        DateLessThan: epoch,
        DateGreaterThan: v.optional(epoch),
        IpAddress: v.optional(v.strictObject({ 'AWS:SourceIp': v.pipe(v.string(), v.check(isNetwork)) })),
      }),
    }),
  ]),
})

/** Reads a policy document, or undefined: CloudFront takes no white space in it. */
export function parsePolicy(text: string): Policy | undefined {
  if (/\s/.test(text)) return undefined
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (!result.success) return undefined
  const [{ Resource, Condition }] = result.output.Statement
  return {
    resource: Resource,
    before: Condition.DateLessThan['AWS:EpochTime'] as EpochSeconds,
    after: Condition.DateGreaterThan?.['AWS:EpochTime'] as EpochSeconds | undefined,
    network: Condition.IpAddress?.['AWS:SourceIp'],
  }
}

/** The policy that a URL with `Expires` is signed for. */
export function cannedPolicy(url: string, expires: number): string {
  return `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`
}

/** Whether an IPv4 address lies in `a.b.c.d` or `a.b.c.d/n`. */
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
