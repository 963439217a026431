import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { cdk } from '../../../cli/adapters/cdk.ts'
import { tablesWhere } from '../../../cli/deployment/table-protection.ts'
import { unpackRelease } from '../../releases/release.ts'
import { startFront } from '../../support/ministack/front.ts'
import { client as headers, linksOfEachKind } from '../../support/ministack/life/kinds.ts'
import { type Life, lifeOf, reasonOf, report, target } from '../../support/ministack/life/deployed.ts'
import { context, peopleWork, succeeds } from '../../support/ministack/life/people-work.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { createWorkflowRole, type Person } from '../../support/ministack/people.ts'
import { type DecisionServer, startDecisions } from '../../support/iam/decisions.ts'
import { missingIamSimulate } from '../../support/iam/evaluate.ts'
import { missingPython } from '../../support/machine/python.ts'

/** The release that is upgraded. test/releases/make.ts adds the next one. */
const release = '0.1.0'
const homes = ['us-east-1', 'us-east-2'] as const
const stacks = homes.map(region => ({ name: `once-${region}`, region }))

const tables = [...homes.map(region => ({ name: 'once-links', region })), { name: 'once-api-state', region: homes[0] }]

/** What holds links, files and keys, and what issuers and viewers know by its name. */
const mustStay =
  /^AWS::(DynamoDB::GlobalTable|S3::Bucket|SecretsManager::Secret|CloudFront::(Distribution|KeyGroup)|ApiGateway::RestApi)$/

/** Whose workflow deploys. */
const parameters = { Repository: 'example/links', Environment: 'staging' }
const subject = 'repo:example/links:environment:staging'
/** Longest test, in milliseconds, on a machine that does much else. */
const timeout = 300_000
const missing = missingPython ?? missingIamSimulate

describe.skipIf(missing !== undefined)(
  'a deployment of the previous release is upgraded by a workflow',
  { timeout },
  () => {
    let decisions: DecisionServer
    let operator: Operator
    let life: Life
    let deployer: Person
    let hasFailed = false
    beforeAll(async () => {
      decisions = await startDecisions()
      operator = await startOperator({
        startFront: ({ endpoint, clock }) => startFront({ endpoint, account, now: clock.now }),
        variables: { AUTH: 'true', IAM_DECISIONS: decisions.url },
        // In child processes, as a workflow has it.
        cdkIn: cdk,
      })
      await operator.bootstrap(...homes)
    }, 120_000)
    afterAll(async () => {
      await life?.close()
      await operator?.close()
      await decisions?.stop()
    })
    beforeEach(({ skip }) => {
      skip(hasFailed, 'the deployment failed')
      onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'upgrade')}`))
    })

    const releaseFolder = () => join(operator.ministack.folder, 'release')
    const deployRelease = async () =>
      operator.cdk('deploy', '--all', '--require-approval', 'never', '--app', releaseFolder())
    let links: Awaited<ReturnType<typeof linksOfEachKind>>
    let before: Readonly<Record<string, string>>

    test('the CDK deploys the release, and its links are issued, used and revoked', async () => {
      onTestFailed(() => void (hasFailed = true))
      mkdirSync(releaseFolder())
      unpackRelease(release, releaseFolder())
      await deployRelease()
      life = await lifeOf({ operator, clock: operator.ministack.clock, context })
      links = await linksOfEachKind(life)
      before = await physicalIds(operator)
      expect(Object.keys(before).length).toBeGreaterThan(6)
    })

    test('the deploy role trusts the environment of its repository, and nothing else', async () => {
      const { workflow } = await createWorkflowRole('deploy-role', parameters, operator)
      for (const other of [
        'repo:example/links:environment:prod',
        'repo:example/links:ref:refs/heads/main',
        'repo:example/links:pull_request',
        'repo:example/links-fork:environment:staging',
        'repo:thief/links:environment:staging',
        'repo:example/links:environment:staging:more',
      ]) {
        await expect(workflow(other), other).rejects.toThrow('Not authorized')
      }
      await expect(workflow(subject, 'https://github.com/example')).rejects.toThrow('Not authorized')
      deployer = await workflow(subject)
    })

    test('its once deploy brings it to this version, and replaces nothing that holds data or has a known name', async () => {
      onTestFailed(() => void (hasFailed = true))
      await succeeds(deployer, 'deploy', '--yes')
      // The release protected tables by templates, which say nothing of it now.
      expect(await tablesWhere(true, tables, allOfAws())).toEqual(tables)
      expect(await physicalIds(operator)).toMatchObject(before)
    })

    test('links that were live open once, in each home Region', async () => {
      for (const { url } of links.live) {
        const first = await life.visit(url)
        expect(first.status, first.body).toBe(302)
        expect((await life.visit(target(first, url))).body).toBe(report.content)
        expect(reasonOf(await life.visit(url))).toBe('spent')
      }
    })

    test('a link that requires a confirmation is confirmed, and one with a receipt keeps it', async () => {
      const unconfirmed = await life.visit(links.confirmed.url)
      expect(reasonOf(unconfirmed)).toBe('unconfirmed')
      const confirmed = await life.visit(links.confirmed.url, { method: 'POST', headers })
      expect(confirmed.status, confirmed.body).toBe(303)
      expect((await life.visit(links.receipt.url, { headers })).status).toBe(302)
      expect(await life.api.show(links.receipt.id)).toMatchObject({ state: 'used', reference: links.reference })
    })

    test('links that were used stay used: only their own client gets its capability again', async () => {
      expect(reasonOf(await life.visit(links.used.url))).toBe('spent')
      expect(reasonOf(await life.visit(links.usedWithReceipt.url))).toBe('spent')
      expect((await life.visit(links.usedWithReceipt.url, { headers })).status).toBe(302)
    })

    test('a link that was revoked is refused, and one can be revoked', async () => {
      expect(reasonOf(await life.visit(links.revoked.url))).toBe('revoked')
      expect(await life.once('revoke', links.toRevoke.id)).toMatchObject({ code: 0 })
      expect(reasonOf(await life.visit(links.toRevoke.url))).toBe('revoked')
    })

    test('lists have every link that the table keeps, and a repetition returns the link that was issued', async () => {
      const listed = await life.once('list', '--limit', '1000', '--json')
      for (const { id } of [links.receipt, links.usedWithReceipt, links.revoked, links.repeated]) {
        expect(listed.said).toContain(id)
      }
      const ofReference = await life.once('list', '--reference', links.reference, '--json')
      expect(ofReference.said).toContain(links.receipt.id)
      expect(await links.repeat()).toEqual(links.repeated)
      expect((await life.visit(links.repeated.url)).status).toBe(302)
    })

    test('a URL that was signed before still leads to its file', async () => {
      expect((await life.visit(links.signedUrl)).body).toBe(report.content)
    })

    peopleWork(() => ({ operator, life, links, deployer, decisions }), putsBack)

    /** Registers what happens to links when the release is deployed over this version. */
    function putsBack(): void {
      test('the release is put back: links open once, and those with something newer are refused, unused', async () => {
        const [plain, newer] = [await life.issue(), await life.issue({ passphrase: 'a long passphrase' })]
        await deployRelease()
        expect(await physicalIds(operator)).toMatchObject(before)
        expect((await life.visit(plain.url)).status).toBe(302)
        expect(reasonOf(await life.visit(plain.url))).toBe('spent')
        expect(reasonOf(await life.visit(newer.url))).toBe('unsupported')
        expect((await life.visit((await life.issue()).url)).status).toBe(302)
      })
    }
  },
)

/** Returns the physical ids of what must stay, by stack and logical id. */
async function physicalIds({ ministack: { endpoint } }: Operator): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const { name, region } of stacks) {
    const client = new CloudFormationClient({ endpoint, region })
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: name })) {
      for (const { ResourceType = '', LogicalResourceId, PhysicalResourceId = '' } of StackResourceSummaries) {
        if (mustStay.test(ResourceType)) found[`${name} ${LogicalResourceId}`] = PhysicalResourceId
      }
    }
  }
  return found
}
