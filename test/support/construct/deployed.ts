import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { Client } from '../../../client/client.ts'
import type { Region } from '../../../shared/regions.ts'
import { type Answer, ask } from '../http.ts'
import type { Front } from '../ministack/front.ts'
import type { Operator } from '../ministack/operator.ts'

/** A stack that was deployed. */
export interface DeployedStack {
  readonly name: string
  readonly region: Region
}

/** Resolves to the outputs of a stack. */
export async function outputsOf(
  { ministack: { endpoint } }: Operator,
  { name, region }: DeployedStack,
): Promise<Readonly<Record<string, string>>> {
  const client = new CloudFormationClient({ endpoint, region })
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }))
  return Object.fromEntries(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? [])
}

/** Returns a client of the API that an output names. */
export function apiOf({ ports }: Operator, url: string, region: Region): Client {
  if (ports.apis === undefined) throw new Error('the operator has APIs')
  return ports.apis.deployed(url.replace(/\/$/, ''), region)
}

/** Requests a URL of the distribution, as curl does. */
export function visit(front: Front, url: string): Promise<Answer> {
  const { host, origin } = new URL(url)
  return ask(front.origin + url.slice(origin.length), { headers: { 'user-agent': 'curl/8.5.0', host } })
}
