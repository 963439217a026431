import { Lazy, Names, Stack, Token, TokenComparison } from 'aws-cdk-lib'
import {
  AccountPrincipal,
  CfnPolicy,
  type CfnPolicyProps,
  CfnRole,
  CfnUser,
  type IGrantable,
  type IPrincipal,
  type IRole,
  type IUser,
  PolicyDocument,
  type PolicyStatement,
} from 'aws-cdk-lib/aws-iam'
import { Construct, type IConstruct } from 'constructs'
import { principalKey, type Verb } from '../../shared/callers/issuers.ts'
import { acknowledge } from '../acknowledge.ts'
import { OnceAtEdgeError } from '../errors.ts'
import { valueIn } from '../existing/value-in.ts'

/** An IAM principal as the api knows it: a role or user by its ARN, or an account by its digits. */
export interface KnownPrincipal {
  /** The ARN or the digits; may be a token of a role in the same app. */
  readonly name: string
  /** Text that is the same for the same principal. */
  readonly key: string
  /** What an id can be derived from: the id of its construct, or its name. */
  readonly label: string
  /** Its account, if that is known and another than `own`. */
  readonly otherAccount?: string
  /**
   * Lets it call an api. The policy is in the stack of the role, or in that of the api if it is deployed after the role's; there is
   * none if only another stack or account can have one.
   */
  allow(statement: PolicyStatement, api: Construct, verb: Verb): void
}

/**
 * Returns what is known of a principal for the stack of `scope`. Throws an `OnceAtEdgeError` if it is no role, user or account, or
 * is in a stack that can't be named here.
 */
export function knownPrincipal(scope: IConstruct, principal: IGrantable | string): KnownPrincipal {
  if (typeof principal === 'string') return named(scope, principal)
  const { grantPrincipal } = principal
  const elsewhere = generatedElsewhere(scope, grantPrincipal)
  const arn = elsewhere === undefined ? arnOf(scope, grantPrincipal) : readArn(scope, elsewhere)
  const account = accountOf(arn) ?? grantPrincipal.principalAccount
  const label = Construct.isConstruct(principal) ? principal.node.id : labelOf(arn)
  const name = nameOf(grantPrincipal, arn)
  return {
    name,
    key: keyOf(scope, name),
    label,
    ...otherThanOwn(scope, account),
    allow: (statement, api, verb) => {
      if (elsewhere === undefined) allow(grantPrincipal, statement, { scope, api, verb })
      else attach(elsewhere, statement, { api, verb, ...attachedElsewhere(api, elsewhere) })
    },
  }
}

/** Returns the ARN; for an account its digits, also if only CloudFormation knows them: functions don't accept the ARN of its root user. */
function nameOf(principal: IPrincipal, arn: string): string {
  if (principal instanceof AccountPrincipal) return Token.asString(principal.accountId)
  return arn.endsWith(':root') ? (accountOf(arn) ?? arn) : arn
}

function named(scope: IConstruct, name: string): KnownPrincipal {
  const account = /^\d{12}$/.test(name) ? name : accountOf(name)
  return {
    name,
    key: keyOf(scope, name),
    label: labelOf(name),
    ...otherThanOwn(scope, account),
    allow: () => undefined,
  }
}

/** Returns the resource of a role or user in another stack whose name CloudFormation generates. */
function generatedElsewhere(scope: IConstruct, principal: IPrincipal): CfnRole | CfnUser | undefined {
  const own = Construct.isConstruct(principal) ? principal.node.defaultChild : undefined
  if (!(own instanceof CfnRole || own instanceof CfnUser) || Stack.of(own) === Stack.of(scope)) return undefined
  const name = own instanceof CfnRole ? own.roleName : own.userName
  return name === undefined || Token.isUnresolved(name) ? own : undefined
}

/** Returns the ARN of such a resource. Each stack that reads it is deployed after that of the resource, which has it as an output. */
function readArn(scope: IConstruct, own: CfnRole | CfnUser): string {
  const { account, region } = Stack.of(own)
  const isOther = Token.compareStrings(account, Stack.of(scope).account) === TokenComparison.DIFFERENT
  if (isOther || Token.isUnresolved(region)) {
    throw new OnceAtEdgeError('issuer-stack', {
      problem: `the ARN of ${own.node.path}, whose name CloudFormation generates, can't be read from its stack`,
      got: isOther ? 'a stack of another account' : 'a stack without a Region',
      allowed: 'a role or user with a name, or in a stack of this account with a Region',
    })
  }
  const value = { value: own.attrArn, owner: own, name: 'Arn' }
  valueIn(scope, value)
  return Lazy.uncachedString({ produce: ({ scope: reader }) => valueIn(reader, value) })
}

/** Returns the ARN. For a role in another stack, which may be deployed later, it has the fixed name and no reference to that stack. */
function arnOf(scope: IConstruct, principal: IPrincipal): string {
  const { principalJson, conditions } = principal.policyFragment
  const [arn, ...others] = principalJson['AWS'] ?? []
  const [condition] = Object.keys(conditions)
  const isOne = Object.keys(principalJson).join('') === 'AWS' && others.length === 0
  if (!isOne || typeof arn !== 'string' || arn === '*' || condition !== undefined || 'groupArn' in principal) {
    const kind = 'groupArn' in principal ? 'a group' : `a principal of ${Object.keys(principalJson).join(' and ')}`
    throw new OnceAtEdgeError('issuer-principal', {
      problem: 'an issuer is a role or user whose requests API Gateway can recognise, or an account',
      got: condition === undefined ? kind : `${kind} with the condition ${condition}, which the api can't check`,
      allowed: 'a role, a function or another construct with a role, a user, or an account, without conditions',
    })
  }
  const own = Token.isUnresolved(arn) && Construct.isConstruct(principal) ? principal.node.defaultChild : undefined
  if (!(own instanceof CfnRole || own instanceof CfnUser)) return arn
  // Not the ARN of the construct, which can't be used in another Region: a weak reference to its resource can.
  if (Stack.of(own) === Stack.of(scope)) return own.attrArn
  const [resource, name] = own instanceof CfnRole ? ['role', own.roleName] : ['user', own.userName]
  const resourceName = `${(own.path ?? '/').slice(1)}${name}`
  return Stack.of(scope).formatArn({ service: 'iam', region: '', resource, resourceName })
}

/** Stacks of other Regions are deployed after that of `scope`, so a role there can't refer to their apis. */
function allow(
  principal: IPrincipal,
  statement: PolicyStatement,
  { scope, api, verb }: { readonly scope: IConstruct; readonly api: Construct; readonly verb: Verb },
): void {
  const isBefore = Construct.isConstruct(principal) && Stack.of(principal) === Stack.of(scope)
  if (!isBefore || Stack.of(api) === Stack.of(scope)) {
    principal.addToPrincipalPolicy(statement)
    if (Construct.isConstruct(principal)) acknowledgeIds(principal, statement)
    return
  }
  const attached = attachedTo(principal, Stack.of(scope).account)
  if (attached !== undefined) attach(principal, statement, { api, verb, ...attached })
}

/** Attaches a policy in the stack of an api. */
function attach(
  principal: IConstruct,
  statement: PolicyStatement,
  { api, verb, ...attached }: { readonly api: Construct; readonly verb: Verb } & Attached,
): void {
  const name = `${Names.uniqueResourceName(principal, { maxLength: 80, separator: '-' })}-${verb}`
  const policy = new CfnPolicy(api, name, {
    policyName: name,
    ...attached,
    policyDocument: new PolicyDocument({ statements: [statement] }),
  })
  acknowledgeIds(policy, statement)
}

/** Acknowledges what cdk-nag has against a method that any id may follow. */
function acknowledgeIds(construct: IConstruct, { resources }: PolicyStatement): void {
  const reason = 'The id of a link or an upload follows: the api looks whose it is.'
  const wide = resources.filter(each => /\/\*(\/|$)/.test(each))
  acknowledge(construct, Object.fromEntries(wide.map(each => [`IAM5[Resource::${each}]`, reason])))
}

type Attached = Pick<CfnPolicyProps, 'roles' | 'users'>

/** Returns a role or user of another stack for the stack of an api, which is deployed after it. */
function attachedElsewhere(api: Construct, own: CfnRole | CfnUser): Attached {
  const name = valueIn(api, { value: own.ref, owner: own, name: 'Name' })
  return own instanceof CfnRole ? { roles: [name] } : { users: [name] }
}

/** Returns the role or user of a policy in another stack; undefined for one of another account, whose policies are its own. */
function attachedTo(principal: IPrincipal & Construct, account: string): Attached | undefined {
  const own = principal.node.defaultChild
  if (own instanceof CfnRole) return { roles: [own.ref] }
  if (own instanceof CfnUser) return { users: [own.ref] }
  const { roleName, userName } = principal as Partial<IRole & IUser>
  if (Token.compareStrings(principal.principalAccount ?? account, account) === TokenComparison.DIFFERENT)
    return undefined
  if (roleName !== undefined) return { roles: [roleName] }
  return userName === undefined ? undefined : { users: [userName] }
}

function otherThanOwn(scope: IConstruct, account: string | undefined): Pick<KnownPrincipal, 'otherAccount'> {
  const own = Stack.of(scope).account
  const isKnown = account !== undefined && !Token.isUnresolved(account)
  return isKnown && account !== own ? { otherAccount: account } : {}
}

function accountOf(arn: string): string | undefined {
  return /^arn:[^:]+:iam::(\d{12}):/.exec(arn)?.[1]
}

function labelOf(name: string): string {
  return Token.isUnresolved(name) ? '' : (name.split('/').at(-1)?.split(':').at(-1) ?? '')
}

function keyOf(scope: IConstruct, name: string): string {
  const resolved: unknown = Stack.of(scope).resolve(name)
  return (typeof resolved === 'string' ? principalKey(resolved) : undefined) ?? JSON.stringify(resolved)
}
