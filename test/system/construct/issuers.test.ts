import { type App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { describe, expect, test } from 'vitest'
import { issuersIn } from '../../../shared/callers/issuers.ts'
import type { OnceAtEdge } from '../../../infra/once-at-edge.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { constructIn, emptyApp } from './constructed.ts'

/** Makes an app with the construct and a function, lets `act` grant something, and returns the stack's template. */
function granted(
  act: (once: OnceAtEdge, made: { fn: lambda.Function; stack: Stack; app: App }) => unknown,
  props: OnceAtEdgeProps = {},
) {
  const app = emptyApp()
  const stack = new Stack(app, 'Site', { env: { region: 'us-east-1', account: '111122223333' } })
  const once = constructIn(app, 'us-east-1', { scope: stack, ...props })
  once.createDistribution()
  const fn = functionIn(stack, 'WebhookFn')
  act(once, { fn, stack, app })
  return { app, stack, template: () => Template.fromStack(stack) }
}

function functionIn(stack: Stack, id: string): lambda.Function {
  return new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => undefined'),
  })
}

/** Returns the list that the functions get, with examples in place of what only CloudFormation knows. */
function listIn(template: Template): { readonly links: unknown; readonly exchange: unknown } {
  const valueOf = (name: string) => {
    const found = Object.values(
      template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: `once-${name}` } }),
    )
    const value = found[0]?.['Properties'].Environment.Variables.ISSUERS as
      | string
      | { 'Fn::Join': [string, unknown[]] }
      | undefined
    if (value === undefined || typeof value === 'string') return issuersIn(value)
    const parts = value['Fn::Join'][1].map(part => {
      if (typeof part === 'string') return part
      return JSON.stringify(part) === '{"Ref":"AWS::AccountId"}' ? '111122223333' : arn
    })
    return issuersIn(parts.join(''))
  }
  return { links: valueOf('links'), exchange: valueOf('exchange') }
}

const arn = 'arn:aws:iam::111122223333:role/generated'

/** Returns the id of the error that `act` throws, or of the validation that fails. */
function refusalOf(act: Parameters<typeof granted>[0], props?: OnceAtEdgeProps): string {
  try {
    granted(act, props).app.synth()
  } catch (error) {
    return /once-at-edge:([a-z-]+):/.exec((error as Error).message)?.[1] ?? String(error)
  }
  return 'nothing was refused'
}

describe('without issuers', () => {
  test('the functions have no list, and the api has no policy', () => {
    const template = granted(() => undefined).template()
    expect(listIn(template)).toEqual({ links: undefined, exchange: undefined })
    expect(JSON.stringify(template.toJSON())).not.toContain('ISSUERS')
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { Policy: Match.absent() })
  })
})

describe('a grant', () => {
  test('adds the role to the list, with an id of its construct', () => {
    const { template } = granted((once, { fn }) => {
      once.grants.issue(fn, { prefixes: ['exports/'], maxBatch: 10 })
      once.grants.read(fn)
    })
    const entry = { id: 'webhookfn', principal: arn, prefixes: ['exports/'], verbs: ['issue', 'read'], maxBatch: 10 }
    expect(listIn(template())).toEqual({ links: [entry], exchange: [entry] })
  })

  test.each([
    ['issue', ['POST/links', 'POST/links/batch', 'POST/links/*/replace']],
    ['upload', ['POST/uploads', 'POST/uploads/*', 'DELETE/uploads/*']],
    ['read', ['GET/links', 'GET/links/*']],
    ['revoke', ['DELETE/links/*']],
    ['exchange', ['POST/exchange']],
    ['admin', ['GET/links', 'GET/links/*', 'DELETE/links/*']],
  ] as const)('of %s allows its methods and no others', (verb, methods) => {
    const { template } = granted((once, { fn }) => once.grants[verb](fn, { issuer: 'x' }))
    const policies = Object.values(template().findResources('AWS::IAM::Policy')) as {
      Properties: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }
    }[]
    const invoke = policies
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => Action === 'execute-api:Invoke')
    expect(invoke).toHaveLength(1)
    const resources = [invoke[0]?.Resource].flat().map(resource => JSON.stringify(resource))
    expect(resources.map(text => /v1\/([^"]*)"/.exec(text)?.[1])).toEqual(methods)
  })

  test.each([undefined, true])(
    'with own: %s, the table has an index by caller, which each api of links may query',
    own => {
      const { app } = granted((once, { fn }) => once.grants.issue(fn, { ...(own && { own }) }), {
        homeRegions: ['us-east-1', 'eu-west-1'],
        apiRegions: ['us-east-1', 'eu-west-1'],
        issuers: [{ group: 'staff', id: 'staff', ...(own && { own }) }],
      })
      const assembly = app.synth()
      const site = Template.fromJSON(assembly.getStackByName('Site').template as object)
      const [table] = Object.values(
        site.findResources('AWS::DynamoDB::GlobalTable', { Properties: { TableName: 'once-links' } }),
      )
      const indexes = table?.['Properties'].GlobalSecondaryIndexes as { IndexName: string; KeySchema: object }[]
      expect(indexes.map(({ IndexName }) => IndexName)).toEqual(own ? ['byReference', 'byCaller'] : ['byReference'])
      if (own)
        expect(indexes[1]).toMatchObject({
          KeySchema: [{ AttributeName: 'caller' }, { AttributeName: 'issuedAt' }],
          Projection: { ProjectionType: 'ALL' },
        })
      for (const name of ['Site', 'once-eu-west-1']) {
        const text = JSON.stringify(assembly.getStackByName(name).template)
        const found = [...text.matchAll(/:dynamodb:([a-z0-9-]+):[^\]]*?once-links\/index\/byCaller/g)]
        expect(new Set(found.map(([, region]) => region)), name).toEqual(new Set(own ? ['eu-west-1', 'us-east-1'] : []))
      }
    },
  )

  test('with own in a private network, the endpoint of DynamoDB lets queries of that index through', () => {
    const props: OnceAtEdgeProps = { network: 'private', availabilityZones: ['us-east-1a', 'us-east-1b'] }
    const policyOf = (own: boolean) => {
      const { template } = granted((once, { fn }) => once.grants.issue(fn, { own }), props)
      const endpoints = template().findResources('AWS::EC2::VPCEndpoint', {
        Properties: { VpcEndpointType: 'Gateway' },
      })
      return JSON.stringify(Object.values(endpoints).map(each => each['Properties'].PolicyDocument as object))
    }
    expect(policyOf(true)).toContain('once-links/index/byCaller')
    expect(policyOf(false)).not.toContain('byCaller')
  })

  test('reaches the api of every Region', () => {
    const { app } = granted((once, { fn }) => once.grants.issue(fn), {
      homeRegions: ['us-east-1', 'eu-west-1'],
      apiRegions: ['us-east-1', 'eu-west-1'],
    })
    const assembly = app.synth()
    const other = assembly.getStackByName('once-eu-west-1').template as object
    expect(JSON.stringify(other)).toContain('Fn::GetStackOutput')
    expect(JSON.stringify(other)).toContain('"ISSUERS"')
    expect(JSON.stringify(other)).toContain('execute-api:Invoke')
    expect(JSON.stringify(assembly.getStackByName('Site').template)).toContain('execute-api:Invoke')
  })

  test('reaches it for users and roles with a name, but gives a role of another account no policy', () => {
    const { app } = granted(
      (once, { stack }) => {
        const imported = (account: string) =>
          iam.Role.fromRoleArn(stack, `R${account}`, `arn:aws:iam::${account}:role/r-${account}`)
        once.grants.issue(new iam.User(stack, 'Person'))
        once.grants.issue(imported('111122223333'), { issuer: 'own' })
        once.grants.issue(imported('444455556666'), { issuer: 'partner' })
      },
      { homeRegions: ['us-east-1', 'eu-west-1'], apiRegions: ['us-east-1', 'eu-west-1'] },
    )
    const { Resources } = app.synth().getStackByName('once-eu-west-1').template as {
      Resources: Record<string, { Type: string; Properties: { Roles?: unknown[]; Users?: unknown[] } }>
    }
    const own = Object.entries(Resources).filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && /issue/.test(id))
    const attached = own.map(([, { Properties }]) => Properties.Roles ?? Object.keys(Properties.Users?.[0] as object))
    expect(attached).toEqual(expect.arrayContaining([['r-111122223333'], ['Fn::GetStackOutput']]))
    expect(attached).toHaveLength(2)
  })

  test('to a role of another stack refers to its name if it has one, since that stack may be deployed later', () => {
    const role = (app: App, roleName?: string, account = '111122223333') => {
      const stack = new Stack(app, 'Reports', { env: { region: 'eu-west-1', account } })
      const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com')
      return new iam.Role(stack, 'Role', { assumedBy, path: '/services/', ...(roleName && { roleName }) })
    }
    const { app: after, template } = granted((once, { app: of }) => {
      once.grants.issue(role(of), { issuer: 'reports' })
      once.grants.read(of.node.findChild('Reports').node.findChild('Role') as iam.Role)
    })
    // Without a name, that stack is deployed before: it outputs what CloudFormation generates.
    const [own, other] = [after.synth().getStackByName('Site'), after.synth().getStackByName('Reports')]
    expect(own.dependencies.map(({ id }) => id)).toContain('Reports')
    expect(JSON.stringify(other.template)).not.toContain('execute-api')
    expect(JSON.stringify(own.template)).toMatch(/"Roles":\[\{"Fn::GetStackOutput":\{[^}]*"OnceAtEdgeName/)
    expect(listIn(template()).links).toMatchObject([{ id: 'reports', principal: arn, verbs: ['issue', 'read'] }])
    const refused = (once: OnceAtEdge, { app }: { app: App }) => once.grants.issue(role(app, undefined, '444455556666'))
    expect(refusalOf(refused)).toBe('issuer-stack')
    const { app, stack } = granted((once, { app: of }) => once.grants.issue(role(of, 'reports'), { issuer: 'reports' }))
    const assembly = app.synth()
    expect(JSON.stringify(assembly.getStackByName('Site').template)).toContain('role/services/reports')
    expect(assembly.getStackByName('Site').dependencies.map(({ id }) => id)).not.toContain('Reports')
    expect(stack.dependencies.map(({ node }) => node.id)).not.toContain('Reports')
  })
})

describe('a principal of another account', () => {
  const partner = 'arn:aws:iam::444455556666:role/partner'
  interface Api {
    readonly Properties: {
      readonly Policy: {
        readonly Statement: readonly {
          Effect: string
          Action: string
          Principal: { AWS: unknown }
          Resource: unknown
        }[]
      }
    }
  }
  const policyOf = (template: Template) => {
    const [api] = Object.values(template.findResources('AWS::ApiGateway::RestApi')) as Api[]
    return api!.Properties.Policy.Statement
  }

  test('is allowed exactly the methods of its verbs, by the policy of the api', () => {
    const issuers = [
      { principal: partner, prefixes: ['partner/'], verbs: ['issue'] },
      { principal: '777788889999', id: 'audit', verbs: ['admin'] },
      { principal: 'arn:aws:iam::111122223333:role/own', prefixes: ['own/'] },
    ] as const
    const statements = policyOf(granted(() => undefined, { issuers }).template())
    expect(statements).toMatchObject([
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Principal: { AWS: partner },
        Resource: [
          'execute-api:/v1/POST/links',
          'execute-api:/v1/POST/links/batch',
          'execute-api:/v1/POST/links/*/replace',
        ],
      },
      { Effect: 'Allow', Resource: expect.arrayContaining(['execute-api:/v1/DELETE/links/*']) },
    ])
    expect(JSON.stringify(statements[1]?.Principal)).toContain(':iam::777788889999:root')
  })

  test('of a private api must come through its endpoint, too', () => {
    const issuers = [{ principal: partner, prefixes: ['partner/'] }]
    const availabilityZones = ['us-east-1a', 'us-east-1b']
    const statements = policyOf(granted(() => undefined, { issuers, network: 'private', availabilityZones }).template())
    expect(statements.map(({ Effect }) => Effect)).toEqual(['Deny', 'Allow', 'Allow'])
    expect(statements[0]?.Principal).toEqual({ AWS: '*' })
  })
})

describe('the list', () => {
  test('has subjects and groups of tokens, with their names as ids', () => {
    const issuers = [
      { subject: 'auth0|Alice', prefixes: ['alice/'] },
      { group: 'staff', prefixes: [''], verbs: ['read'], id: 'audit' },
    ] as const
    expect(listIn(granted(() => undefined, { issuers }).template()).links).toEqual([
      { id: 'auth0alice', subject: 'auth0|Alice', prefixes: ['alice/'], verbs: ['issue', 'read', 'revoke'] },
      { id: 'audit', group: 'staff', prefixes: [''], verbs: ['read'] },
    ])
  })

  test('has who may upload and issues no links, whose files others send', () => {
    const { template } = granted((once, { fn }) => once.grants.upload(fn, { prefixes: ['inbox/'] }))
    expect(listIn(template()).links).toEqual([
      { id: 'webhookfn', principal: arn, prefixes: ['inbox/'], verbs: ['upload'] },
    ])
  })

  test('has what a prop and a grant say of one role as one entry', () => {
    const { template } = granted(
      (once, { stack }) => {
        const role = iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111122223333:role/reports')
        once.grants.exchange(role)
      },
      { issuers: [{ principal: 'arn:aws:iam::111122223333:role/x/reports', prefixes: ['r/'], verbs: ['issue'] }] },
    )
    expect(listIn(template()).links).toMatchObject([{ id: 'reports', verbs: ['issue', 'exchange'] }])
  })

  test.each<[string, string, Parameters<typeof granted>[0]]>([
    [
      'issuers',
      'a misspelt field, which would leave all keys',
      (once, { fn }) => once.grants.issue(fn, { prefix: ['exports/'] } as object),
    ],
    [
      'issuer-conflict',
      'other prefixes for one principal',
      (once, { fn }) => {
        once.grants.issue(fn, { prefixes: ['a/'] })
        once.grants.read(fn, { prefixes: ['b/'] })
      },
    ],
    [
      'issuer-conflict',
      'two ids for one principal',
      (once, { fn }) => {
        once.grants.issue(fn, { issuer: 'a' })
        once.grants.read(fn, { issuer: 'b' })
      },
    ],
    ['issuer-missing', 'a reader without links', (once, { fn }) => once.grants.read(fn)],
    [
      'issuer-missing',
      'an uploader that would revoke, and issues nothing',
      (once, { fn }) => {
        once.grants.upload(fn)
        once.grants.revoke(fn)
      },
    ],
    [
      'issuer-id',
      'two constructs with one id',
      (once, { fn, app }) => {
        once.grants.issue(fn)
        const role = new iam.Role(new Stack(app, 'Other', { env: { region: 'us-east-1' } }), 'WebhookFn', {
          roleName: 'other',
          assumedBy: new iam.AccountRootPrincipal(),
        })
        once.grants.issue(role)
      },
    ],
    ['issuer-principal', 'everyone', once => once.grants.issue(new iam.AnyPrincipal())],
    [
      'issuer-principal',
      'a condition, which would be lost',
      once =>
        once.grants.issue(
          new iam.AccountPrincipal('444455556666').withConditions({ StringEquals: { 'aws:PrincipalTag/team': 'a' } }),
        ),
    ],
    [
      'issuer-id',
      'an admin that would issue links of another issuer',
      (once, { fn, stack }) => {
        once.grants.issue(fn)
        once.grants.admin(fn)
        once.grants.issue(functionIn(stack, 'Other'), { issuer: 'webhookfn' })
      },
    ],
    [
      'function-variables',
      'more than Lambda has room for',
      (once, { stack }) => {
        for (let n = 0; n < 40; n += 1) {
          const role = iam.Role.fromRoleArn(stack, `R${n}`, `arn:aws:iam::111122223333:role/r${n}`)
          once.grants.issue(role, { issuer: `r${n}`, prefixes: [`a-folder-of-role-${n}/`] })
        }
      },
    ],
  ])('is refused as %s with %s', (id, _, act) => {
    expect(refusalOf(act)).toBe(id)
  })

  test('is refused if it is empty: it could mean that no caller may do anything, or all may do everything', () => {
    expect(refusalOf(() => undefined, { issuers: [] })).toBe('issuers')
  })

  test('has one entry for the account of the stack, however it is named', () => {
    const { template } = granted(once => once.grants.admin(new iam.AccountRootPrincipal(), { issuer: 'own' }), {
      issuers: [{ principal: '111122223333', id: 'own', verbs: ['issue'] }],
    })
    expect(listIn(template()).links).toMatchObject([{ principal: '111122223333', verbs: ['issue', 'admin'] }])
  })

  test('of a grant in place of an ARN may be a token of this stack', () => {
    const role = (stack: Stack) => iam.Role.fromRoleName(stack, 'Named', 'named')
    const { template } = granted((once, { stack }) => once.grants.issue(role(stack)))
    expect(JSON.stringify(template().toJSON())).toContain(
      ':role/named\\",\\"prefixes\\":[\\"\\"],\\"verbs\\":[\\"issue\\"]',
    )
  })
})
