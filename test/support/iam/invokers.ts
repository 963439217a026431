import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge'
import { GetPolicyCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda'
import { DescribeSecretCommand, paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { RecordedCall } from './decisions.ts'
import { evaluate, type PolicyDocument } from './evaluate.ts'

/** A function with a policy of its own, which says which services may invoke it. */
export interface Invocable {
  readonly arn: string
  readonly policy: PolicyDocument
}

/** What a service does with a function: it names itself, and the resource for which it does so. */
interface Invocation {
  readonly service: string
  readonly function: string
  readonly source: string
}

/** What no caller of the API uses: docs/access.md says how an operator issues a link with `aws apigateway test-invoke-method`. */
const byHand = /\/test-invoke-stage\//

/** Reads every function of a Region that has a policy. */
export async function invocablesIn(region: string): Promise<readonly Invocable[]> {
  const client = new LambdaClient({ region })
  const found: Invocable[] = []
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName, FunctionArn: arn = '' } of Functions) {
      const policy = await policyOf(client, FunctionName)
      if (policy !== undefined) found.push({ arn, policy })
    }
  }
  return found
}

async function policyOf(client: LambdaClient, FunctionName: string | undefined): Promise<PolicyDocument | undefined> {
  try {
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName }))
    return JSON.parse(Policy) as PolicyDocument
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined
    throw error
  }
}

/**
 * Reads what services of a Region invoke at their time, and decides whether they may: EventBridge for rules, Secrets Manager for the
 * rotation of secrets.
 */
export async function plannedInvocationsIn(
  region: string,
  invocables: readonly Invocable[],
): Promise<readonly RecordedCall[]> {
  const planned = [...(await rulesIn(region)), ...(await rotationsIn(region))]
  return Promise.all(planned.map(async each => decide(each, invocables)))
}

async function rulesIn(region: string): Promise<readonly Invocation[]> {
  const client = new EventBridgeClient({ region })
  const found: Invocation[] = []
  const { Rules = [] } = await client.send(new ListRulesCommand({}))
  for (const { Name, Arn: source = '' } of Rules) {
    const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: Name }))
    const functions = Targets.flatMap(({ Arn = '' }) => (Arn.includes(':function:') ? [Arn] : []))
    found.push(...functions.map(each => ({ service: 'events.amazonaws.com', function: each, source })))
  }
  return found
}

async function rotationsIn(region: string): Promise<readonly Invocation[]> {
  const client = new SecretsManagerClient({ region })
  const found: Invocation[] = []
  for await (const { SecretList = [] } of paginateListSecrets({ client }, {})) {
    for (const { ARN: source = '' } of SecretList) {
      const { RotationLambdaARN } = await client.send(new DescribeSecretCommand({ SecretId: source }))
      if (RotationLambdaARN?.split(':')[3] !== region) continue // MiniStack names it of copies too, which are not rotated
      found.push({ service: 'secretsmanager.amazonaws.com', function: RotationLambdaARN, source })
    }
  }
  return found
}

async function decide(invocation: Invocation, invocables: readonly Invocable[]): Promise<RecordedCall> {
  const account = invocation.function.split(':')[4] ?? ''
  const question = {
    principal: invocation.service,
    action: 'lambda:InvokeFunction',
    resource: invocation.function,
    account,
    context: { 'aws:SourceArn': invocation.source, 'aws:SourceAccount': account },
    identityPolicies: [],
    resourcePolicy: invocables.find(({ arn }) => arn === invocation.function)?.policy,
  }
  const decision = await evaluate(question)
  return { ...question, refused: decision === 'Allowed' ? undefined : decision }
}

/**
 * Measures who may invoke functions: each statement of their policies, removed alone, must refuse an invocation, and name the resource
 * for which a service does it. Returns what is wrong, a sentence each.
 */
export async function measureInvokers(
  invocables: readonly Invocable[],
  calls: readonly RecordedCall[],
): Promise<readonly string[]> {
  const findings: string[] = []
  for (const { arn, policy } of invocables) {
    const own = calls.filter(({ resource, principal }) => resource === arn && principal.endsWith('.amazonaws.com'))
    for (const statement of policy.Statement) {
      const others = { ...policy, Statement: policy.Statement.filter(each => each !== statement) }
      const text = JSON.stringify(statement)
      if (!/"aws:SourceArn":"arn:aws:/i.test(text)) findings.push(`${arn}: ${text} names no resource`)
      else if (!byHand.test(text) && !(await refusesOne(others, own)))
        findings.push(`${arn}: ${text} allows no invocation`)
    }
  }
  return findings
}

/** Whether a policy refuses an invocation that was allowed. */
async function refusesOne(policy: PolicyDocument, calls: readonly RecordedCall[]): Promise<boolean> {
  const resourcePolicy = policy.Statement.length > 0 ? policy : undefined
  for (const call of calls) {
    if (call.refused === undefined && (await evaluate({ ...call, resourcePolicy })) !== 'Allowed') return true
  }
  return false
}
