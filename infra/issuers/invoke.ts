import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Verb } from '../../shared/issuers.ts'
import { apiStage } from '../physical-names.ts'

/** The methods of the api that a verb needs; `*` is the id of a link. */
const methodsOf = {
  issue: ['POST /links', 'POST /links/batch'],
  read: ['GET /links', 'GET /links/*'],
  revoke: ['DELETE /links/*'],
  exchange: ['POST /exchange'],
  admin: ['GET /links', 'GET /links/*', 'DELETE /links/*'],
} as const satisfies Record<Verb, readonly string[]>

const methods = (verb: Verb) => methodsOf[verb].map(text => text.split(' ') as [method: string, path: string])

/** Returns a statement that allows its principal to call the methods of a verb, and no others. */
export function invokeStatement(api: RestApi, verb: Verb): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['execute-api:Invoke'],
    resources: methods(verb).map(([method, path]) => api.arnForExecuteApi(method, path, apiStage)),
  })
}

/**
 * Allows a principal of another account the methods of a verb by the api's own policy: AWS wants both, this policy and one of its
 * account. A policy is part of the api's deployment, which the CDK creates anew when it changes.
 */
export function allowFromOtherAccount(api: RestApi, verb: Verb, principal: iam.IPrincipal): void {
  api.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [principal],
      actions: ['execute-api:Invoke'],
      resources: methods(verb).map(([method, path]) => `execute-api:/${apiStage}/${method}${path}`),
    }),
  )
}
