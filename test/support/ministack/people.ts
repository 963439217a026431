import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  type DescribeStacksCommandOutput,
} from '@aws-sdk/client-cloudformation'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, type Credentials, STSClient } from '@aws-sdk/client-sts'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { onceHere, type Outcome } from '../cli/once-here.ts'
import { account } from './ministack.ts'
import type { Operator } from './operator.ts'

/** Someone who acts as a role. */
export interface Person {
  /** The role's name. */
  readonly role: string
  /** Runs one of our commands with the credentials of a session. */
  once(...args: readonly string[]): Promise<Outcome>
}

/** Creates a role with what `once policy` prints, a policy or a template, and returns someone who acts as it. */
export async function personWith(printed: string, role: string, operator: Operator): Promise<Person> {
  const { endpoint } = operator.ministack
  const iam = new IAMClient({ endpoint, region: 'us-east-1' })
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  await iam.send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument }))
  const isTemplate = 'Resources' in (JSON.parse(printed) as object)
  if (isTemplate) await createStack(role, { template: printed, parameters: { Role: role } }, operator)
  else await iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: role, PolicyDocument: printed }))
  const sts = new STSClient({ endpoint, region: 'us-east-1' })
  const session = { RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: 'person' }
  const { Credentials } = await sts.send(new AssumeRoleCommand(session))
  return actingAs(role, Credentials, operator)
}

async function createStack(
  StackName: string,
  { template, parameters }: { readonly template: string; readonly parameters: Readonly<Record<string, string>> },
  { ministack: { endpoint } }: Operator,
): Promise<DescribeStacksCommandOutput> {
  const cloudFormation = new CloudFormationClient({ endpoint, region: 'us-east-1' })
  const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }))
  const stack = { StackName, TemplateBody: template, Parameters, Capabilities: ['CAPABILITY_IAM' as const] }
  await cloudFormation.send(new CreateStackCommand(stack))
  return cloudFormation.send(new DescribeStacksCommand({ StackName }))
}

/** The stack of the role of workflows: its role, for a repository and its environment. */
export interface WorkflowRole {
  readonly arn: string
  /** Returns a workflow whose token has this subject. Rejects if the role does not trust it. */
  workflow(subject: string, audience?: string): Promise<Person>
}

/** Deploys what `once policy` prints of this kind in an account that has a provider for GitHub. */
export async function createWorkflowRole(
  kind: 'deploy-role' | 'teardown-role',
  parameters: Readonly<Record<'Repository' | 'Environment', string>>,
  operator: Operator,
): Promise<WorkflowRole> {
  const { endpoint } = operator.ministack
  const ProviderArn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`
  const template = (await onceHere(['policy', kind], { ...operator.ports, aws: allOfAws() })).said
  const arn = roleIn(await createStack(kind, { template, parameters: { ...parameters, ProviderArn } }, operator))
  const sts = new STSClient({ endpoint, region: 'us-east-1' })
  return {
    arn,
    async workflow(sub, aud = 'sts.amazonaws.com') {
      const claims = { iss: 'https://token.actions.githubusercontent.com', sub, aud }
      const WebIdentityToken = ['{}', JSON.stringify(claims), ''].map(part => Buffer.from(part).toString('base64url'))
      const session = { RoleArn: arn, RoleSessionName: 'workflow', WebIdentityToken: WebIdentityToken.join('.') }
      const { Credentials } = await sts.send(new AssumeRoleWithWebIdentityCommand(session))
      return actingAs(arn.split('/').at(-1) ?? '', Credentials, operator)
    },
  }
}

function roleIn({ Stacks: [stack] = [] }: DescribeStacksCommandOutput): string {
  const arn = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'RoleArn')?.OutputValue
  if (arn !== undefined) return arn
  throw new Error(`the stack of the role is ${stack?.StackStatus}: ${stack?.StackStatusReason}`)
}

/** The SDK and the CDK find credentials in the environment of this process, so commands of several people follow one another. */
function actingAs(role: string, credentials: Credentials | undefined, { ports }: Operator): Person {
  const own = {
    AWS_ACCESS_KEY_ID: credentials?.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials?.SecretAccessKey,
    AWS_SESSION_TOKEN: credentials?.SessionToken,
  }
  return {
    role,
    async once(...args) {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
      Object.assign(process.env, own)
      try {
        return await onceHere(args, { ...ports, aws: allOfAws() })
      } finally {
        Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY })
        delete process.env['AWS_SESSION_TOKEN']
      }
    },
  }
}
