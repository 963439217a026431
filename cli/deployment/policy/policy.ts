import type { ParseArgsOptionsConfig } from 'node:util'
import { auditor, issuer } from '../../../infra/policies/callers.ts'
import operator from '../../../infra/policies/operator.json' with { type: 'json' }
import workflowRole from '../../../infra/policies/workflow-role.json' with { type: 'json' }
import { apiRegionsOf, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { type Command, exitCodes, UnreachableError, UsageError } from '../../command.ts'
import { oneOf, parseWithOperands } from '../../options.ts'
import { commonOptions, commonUsage, settingsWith, withEnvironment } from '../../settings.ts'
import { ownAccount } from '../../own-account.ts'
import type { AwsOfLinks } from '../../ports/ports.ts'

const { Policies, ...role } = workflowRole.Resources.Role.Properties
const templates = {
  issuer: { ...issuer, Statement: issuer.Statement.filter(({ Sid }) => Sid !== 'UploadFiles') },
  auditor,
  operator,
  'deploy-role': ofWorkflow('deploy'),
  'teardown-role': ofWorkflow('teardown'),
}
const kinds = ['issuer', 'auditor', 'operator', 'deploy-role', 'teardown-role'] as const

/** Returns the statements of an operator that a workflow needs for its command. */
function ofWorkflow(command: string): typeof operator {
  const names = new Set(Policies.find(({ PolicyName }) => PolicyName === command)?.PolicyDocument.Statement)
  return { ...operator, Statement: operator.Statement.filter(({ Sid }) => names.has(Sid)) }
}

const usage = `once policy (issuer [--upload] | auditor | operator | deploy-role | teardown-role) [ENVIRONMENT] [-c NAME=VALUE]...

Prints the IAM policy of people or programs that use a deployment, with its account, names and APIs; changes nothing. One that is too
long for a managed policy (operator, or many Regions of the API) is a template of CloudFormation with several: a role needs all of them.

  issuer         issues, shows and revokes links; with --upload also uploads files, and may replace those that are there
  auditor        reads the configuration (once doctor) and all links (once list); no keys, no files, no new links
  operator       runs once deploy, doctor, restore and teardown, and acts as the roles of cdk bootstrap
  deploy-role    a template of CloudFormation with the role of a workflow that runs once deploy
  teardown-role  the same, of one that runs once teardown

${commonUsage}

  once policy issuer --upload > issuer.json
  aws iam create-policy --policy-name once-issuer --policy-document "$(once policy issuer)"
  once policy operator > operator.json
  aws cloudformation deploy --stack-name once-operator --template-file operator.json --capabilities CAPABILITY_IAM \
    --parameter-overrides Role=NAME

docs/access.md says what each allows and why.
${exitCodes}
`

const policyOptions = {
  ...commonOptions,
  upload: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** `once policy`: prints an IAM policy of this deployment. */
export const policy: Command = {
  name: 'policy',
  summary: 'print the IAM policy of issuers, auditors or operators, or the role of a workflow',
  usage,
  options: policyOptions,
  async run(args, ports) {
    const { values, positionals } = parseWithOperands(args, policyOptions)
    const [kind, ...environment] = positionals
    if (kind === undefined) throw new UsageError(`got nothing, allowed: ${kinds.join(', ')}`)
    const known = oneOf(kind, 'policy', kinds)
    if (values.upload && known !== 'issuer')
      throw new UsageError(`--upload: got it with ${known}, allowed: with issuer`)
    const template = values.upload ? issuer : templates[known]
    const settings = settingsWith(withEnvironment(environment, values.context))
    const account = await ownAccount(settings, ports.aws)
    const isOfApi = JSON.stringify(template).includes('${ApiId}')
    const apis = isOfApi ? await apisOf(settings, ports.aws) : []
    const text = fill(JSON.stringify(policyOf(template, { settings, apis })), settings, account)
    const document = JSON.parse(text) as Template
    const [command] = /^\w+(?=-role$)/.exec(kind) ?? []
    const printed = command === undefined ? attachable(document, kind) : roleWith(document, command)
    ports.print(fill(JSON.stringify(printed, null, 2), settings, account).replaceAll('${Command}', command ?? ''))
    return 0
  },
}

/** An API of the deployment. */
interface Api {
  readonly region: Region
  readonly id: string
}

async function apisOf(settings: Settings, { restApis }: AwsOfLinks): Promise<readonly Api[]> {
  const { name } = settings
  return Promise.all(
    apiRegionsOf(settings).map(async region => {
      const [api, ...others] = await restApis.named(name, region)
      if (api !== undefined && others.length === 0) return { region, id: api.id }
      throw new UnreachableError(`${others.length === 0 ? 'no API' : 'several APIs'} named ${name} in ${region}`)
    }),
  )
}

/** A policy, which may have placeholders. */
interface Template {
  readonly Version: string
  readonly Statement: readonly Statement[]
}

/** What a statement allows, as far as this reads it. */
interface Statement {
  readonly Resource: readonly string[]
  readonly Condition?: object
}

/** What a policy is for. */
interface Subject {
  readonly settings: Settings
  readonly apis: readonly Api[]
}

/** Returns the policy: a resource of an API is repeated for each. Without keys of the customer, leaves out what only they need. */
function policyOf({ Version, Statement }: Template, { settings, apis }: Subject): Template {
  const needed = Statement.filter(
    ({ Condition }) =>
      settings.encryption === 'customer' || !JSON.stringify(Condition ?? {}).includes('kms:ViaService'),
  )
  const statements = needed.map(({ Resource, ...statement }) => ({
    ...statement,
    Resource: Resource.flatMap(resource =>
      /\$\{(ApiId|Region)\}/.test(resource)
        ? apis.map(({ id, region }) => resource.replace('${ApiId}', id).replace('${Region}', region))
        : [resource],
    ),
  }))
  return { Version, Statement: statements }
}

/** The longest managed policy, in characters without white space (IAM, "IAM and AWS STS quotas"). */
const longestPolicy = 6144

/** Returns a policy as it is or, if it is too long, a template with managed policies that together allow the same, for a role. */
function attachable(policy: Template, kind: string): object {
  const documents = partsOf(policy)
  if (documents.length === 1) return policy
  const Roles = { 'Fn::If': ['HasRole', [{ Ref: 'Role' }], { Ref: 'AWS::NoValue' }] }
  const resources = documents.map((PolicyDocument, index) => {
    const Properties = { PolicyDocument, Roles }
    return [`Policy${index + 1}`, { Type: 'AWS::IAM::ManagedPolicy', Properties }] as const
  })
  const role = { Type: 'String', Default: '', AllowedPattern: '^[\\w+=,.@-]*$' }
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `What an ${kind} of \${Name} may do, in ${resources.length} policies`,
    Parameters: { Role: { ...role, Description: 'The name of the role that gets all policies; empty for none' } },
    Conditions: { HasRole: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Role' }, ''] }] } },
    Resources: Object.fromEntries(resources),
    Outputs: { PolicyArns: { Value: { 'Fn::Join': [' ', resources.map(([id]) => ({ Ref: id }))] } } },
  }
}

/** Returns policies that each fit, and together allow the same: halves of the statements, or of the resources of one. */
function partsOf(policy: Template): readonly Template[] {
  const { Version, Statement } = policy
  const [first] = Statement
  if (first === undefined || JSON.stringify(policy).length <= longestPolicy) return [policy]
  const halves =
    Statement.length > 1 ? halvesOf(Statement) : halvesOf(first.Resource).map(Resource => [{ ...first, Resource }])
  return halves.flatMap(half => partsOf({ Version, Statement: half }))
}

function halvesOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(all.length / 2)
  return [all.slice(0, middle), all.slice(middle)]
}

/** Returns the template of the role of a workflow that runs a command, with its policy. */
function roleWith(PolicyDocument: object, command: string): object {
  const Properties = { ...role, Policies: [{ PolicyName: command, PolicyDocument }] }
  const { Resources } = workflowRole
  return { ...workflowRole, Resources: { ...Resources, Role: { ...Resources.Role, Properties } } }
}

/** Fills the placeholders of all kinds. */
function fill(text: string, { name }: Settings, account: string): string {
  return text.replaceAll('${Account}', account).replaceAll('${Name}', name)
}
