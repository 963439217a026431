import { expect, test } from 'vitest'
import type { DecisionServer } from '../../iam/decisions.ts'
import { roleOf } from '../../iam/replay.ts'
import type { Operator } from '../operator.ts'
import { createWorkflowRole, type Person, personWith } from '../people.ts'
import { type Life, report } from './deployed.ts'
import type { linksOfEachKind } from './kinds.ts'

/** The settings of the deployment, as `-c` takes them. */
export const context = ['profile=standard']
const inContext = context.flatMap(each => ['-c', each])

/** Runs a command that must end with 0; returns its output. */
export async function succeeds(person: Person, ...args: readonly string[]): Promise<string> {
  const { code, said, noted } = await person.once(...args, ...inContext)
  expect(code, `${args.join(' ')}: ${said}\n${noted}`).toBe(0)
  return said
}

/** What earlier tests have made. */
export interface Upgraded {
  readonly operator: Operator
  readonly life: Life
  readonly links: Awaited<ReturnType<typeof linksOfEachKind>>
  /** The workflow that has upgraded the deployment. */
  readonly deployer: Person
  readonly decisions: DecisionServer
}

/**
 * Registers what issuers, auditors and operators do with their policies. The last of these tests deletes the deployment;
 * `beforeDeletion` registers tests that run before.
 */
export function peopleWork(get: () => Upgraded, beforeDeletion: () => void): void {
  let issuer: Person
  let auditor: Person
  let owner: Person

  test('people have the policies that once policy prints', async () => {
    const { operator, life } = get()
    const policyFor = async (kind: string) => (await life.once('policy', kind)).said
    issuer = await personWith(await policyFor('issuer'), 'issuer', operator)
    auditor = await personWith(await policyFor('auditor'), 'auditor', operator)
    owner = await personWith(await policyFor('operator'), 'operator', operator)
  })

  test('people with these policies can do their work', async () => {
    const { id } = JSON.parse(await succeeds(issuer, 'issue', '--key', report.key, '--json')) as { id: string }
    await succeeds(issuer, 'status', id)
    await succeeds(issuer, 'revoke', id)
    expect(await succeeds(auditor, 'list', '--limit', '1000')).toContain(id)
    const audited = await auditor.once('doctor', ...inContext)
    const unchecked = audited.said.match(/(?<=^fail +)[\w-]+(?=.*secretsmanager:GetSecretValue)/gm)
    expect([unchecked, audited.said.match(/^fail/gm)?.length]).toEqual([['key-age', 'key-group'], 2])
    await succeeds(owner, 'doctor')
  })

  beforeDeletion()

  test('a workflow of its own deletes the deployment, and people were refused only what is not theirs', async () => {
    const { deployer, decisions, operator } = get()
    const parameters = { Repository: 'example/links', Environment: 'staging-teardown' }
    const { workflow } = await createWorkflowRole('teardown-role', parameters, operator)
    await expect(workflow('repo:example/links:environment:staging')).rejects.toThrow('Not authorized')
    const remover = await workflow('repo:example/links:environment:staging-teardown')
    expect((await remover.once('teardown', '--yes', 'once', ...inContext)).noted).toContain('stays: CloudFront keeps')
    await succeeds(remover, 'teardown', '--verify')
    await succeeds(owner, 'teardown', '--yes', 'once')
    const people = new Set([deployer, issuer, auditor, owner, remover].map(({ role }) => role))
    const refused = decisions.calls.filter(call => call.refused !== undefined && people.has(roleOf(call) ?? ''))
    expect([...new Set(refused.map(call => `${roleOf(call)} ${call.action}`))]).toEqual([
      'auditor secretsmanager:GetSecretValue',
    ])
  })
}
