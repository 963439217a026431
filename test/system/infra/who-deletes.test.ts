import { afterAll, describe, expect, test } from 'vitest'
import { evaluate, missingIamSimulate } from '../../support/iam/evaluate.ts'
import { rolePolicies } from '../../support/iam/template-policies.ts'
import { synthesise, variants } from '../../support/infra/synthesised.ts'

const account = '111122223333'
const issuers = [
  { id: 'desk', group: 'desk', prefixes: ['desk/'], verbs: ['issue', 'upload', 'read'] },
  { id: 'reads', group: 'reads', prefixes: ['films/'], verbs: ['read'] },
]
const auth = { issuer: 'https://login.example.com', audience: 'links' }
const { templates, remove } = synthesise({ ...variants.ends, auth, issuers })
afterAll(remove)

const documents = rolePolicies(templates, account)

/** Returns the policies, by their resources, that allow an action. */
async function allow(action: string, resource: string, context: Record<string, string> = {}): Promise<string[]> {
  const principal = `arn:aws:sts::${account}:assumed-role/one/session`
  const found: string[] = []
  for (const { name, policy } of documents) {
    const identityPolicies = [{ name, policy }]
    const decision = await evaluate({ principal, action, resource, account, context, identityPolicies })
    if (decision === 'Allowed') found.push(name.replace(/DefaultPolicy.*|[0-9A-F]{8}$/, ''))
  }
  return found.toSorted()
}

const bucket = `arn:aws:s3:::once-content-${account}-eu-west-1-an`
const role = `arn:aws:iam::${account}:role/once-schedules`
const group = `arn:aws:scheduler:eu-west-1:${account}:schedule/once-links`
const fileEnds = 'once-eu-west-1: FileEndsFunctionRole'
const creators = [
  'once-eu-west-1: ApilinksRole',
  fileEnds,
  'once-eu-west-1: ReaderFunctionRole',
  'once-events-us-east-1: ReaderFunctionRole',
]

describe.skipIf(missingIamSimulate !== undefined)('of all roles of a deployment', () => {
  test('one alone may delete a version, below the prefixes of those who upload, and none what only marks it', async () => {
    expect(await allow('s3:DeleteObjectVersion', `${bucket}/desk/a.pdf`)).toEqual([fileEnds])
    expect(await allow('s3:DeleteObjectVersion', `${bucket}/films/a.mp4`)).toEqual([])
    expect(await allow('s3:DeleteObject', `${bucket}/desk/a.pdf`)).toEqual([])
  })

  test('those that may make schedules may do so in the group alone, and with its role alone, for Scheduler alone', async () => {
    expect(await allow('scheduler:CreateSchedule', `${group}/f-1`)).toEqual(creators)
    expect(await allow('scheduler:CreateSchedule', `${group.replace('once-links', 'default')}/f-1`)).toEqual([])
    const to = (service: string) => ({ 'iam:PassedToService': service })
    expect(await allow('iam:PassRole', role, to('scheduler.amazonaws.com'))).toEqual(creators)
    expect(await allow('iam:PassRole', role, to('lambda.amazonaws.com'))).toEqual([])
    expect(await allow('iam:PassRole', role.replace('schedules', 'edge'), to('scheduler.amazonaws.com'))).toEqual([])
    for (const action of ['UpdateSchedule', 'DeleteSchedule', 'GetSchedule'])
      expect(await allow(`scheduler:${action}`, `${group}/f-1`)).toEqual([])
  })

  test('a schedule can call the two functions that ask the table, and no other, and nobody else calls them so', async () => {
    const functionOf = (name: string) => `arn:aws:lambda:eu-west-1:${account}:function:${name}`
    for (const name of ['once-events', 'once-file-ends'])
      expect(await allow('lambda:InvokeFunction', functionOf(name))).toEqual(['once-eu-west-1: SchedulesRole'])
    expect(await allow('lambda:InvokeFunction', functionOf('once-links'))).toEqual([])
  })
})
