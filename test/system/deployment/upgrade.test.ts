import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import type { IssuedLink } from '../../../client/client.ts'
import { unpackRelease } from '../../releases/release.ts'
import { startFront } from '../../support/ministack/front.ts'
import { type Life, lifeOf, reasonOf, report, target } from '../../support/ministack/life/deployed.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { printsSeconds } from '../../support/ministack/phases.ts'
import { missingPython } from '../../support/python.ts'

/** The release that is upgraded. test/releases/make.ts adds the next one. */
const release = '0.1.0'
const homes = ['us-east-1', 'us-east-2']
const stacks = homes.map(region => ({ name: `once-${region}`, region }))

/** What holds links, files and keys, and what issuers and viewers know by its name. */
const mustStay =
  /^AWS::(DynamoDB::GlobalTable|S3::Bucket|SecretsManager::Secret|CloudFront::(Distribution|KeyGroup)|ApiGateway::RestApi)$/

/** A client that opens links with receipts. */
const headers = { 'idempotency-key': 'a client' }

describe.skipIf(missingPython !== undefined)('a deployment of the previous release is upgraded', () => {
  let operator: Operator
  let life: Life
  let hasFailed = false
  beforeAll(async () => {
    operator = await startOperator({
      startFront: ({ endpoint, clock }) => startFront({ endpoint, account, now: clock.now }),
    })
    await operator.bootstrap(...homes)
  }, 120_000)
  afterAll(async () => {
    await life?.close()
    await operator?.close()
  })
  printsSeconds()
  beforeEach(({ skip }) => {
    skip(hasFailed, 'the deployment failed')
    onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'upgrade')}`))
  })

  let links: Awaited<ReturnType<typeof issueLinks>>
  let before: Readonly<Record<string, string>>

  test('the CDK deploys the release, and its links are issued, used and revoked', async () => {
    onTestFailed(() => void (hasFailed = true))
    const folder = join(operator.ministack.folder, 'release')
    mkdirSync(folder)
    unpackRelease(release, folder)
    await operator.cdk('deploy', '--all', '--require-approval', 'never', '--app', folder)
    life = await lifeOf({ operator, clock: operator.ministack.clock, context: ['profile=standard'] })
    links = await issueLinks(life)
    before = await physicalIds(operator)
    expect(Object.keys(before).length).toBeGreaterThan(6)
  })

  test('once deploy brings it to this version, and replaces nothing that holds data or has a known name', async () => {
    onTestFailed(() => void (hasFailed = true))
    const { code, said, noted } = await life.once('deploy', '--yes')
    expect(code, `${said}\n${noted}`).toBe(0)
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
    expect(await repeat(life, links.idempotencyKey)).toEqual(links.repeated)
    expect((await life.visit(links.repeated.url)).status).toBe(302)
  })

  test('a URL that was signed before still leads to its file', async () => {
    expect((await life.visit(links.signedUrl)).body).toBe(report.content)
  })
})

const repeat = (life: Life, idempotencyKey: string): Promise<IssuedLink> =>
  life.api.issue({ key: report.key, expiresIn: 3600 }, { idempotencyKey })

/** Issues links of every kind, uses some of them, and revokes one. */
async function issueLinks(life: Life) {
  const { issue, visit, api } = life
  const [idempotencyKey, reference] = [randomUUID(), `order ${randomUUID()}`]
  const live = await Promise.all(homes.map(async homeRegion => issue({ homeRegion: homeRegion as 'us-east-1' })))
  const used = await issue()
  const signedUrl = target(await visit(used.url), used.url)
  const usedWithReceipt = await issue({ receipt: true })
  await visit(usedWithReceipt.url, { headers })
  const revoked = await issue()
  await api.revoke(revoked.id)
  return {
    live,
    used,
    signedUrl,
    usedWithReceipt,
    revoked,
    receipt: await issue({ receipt: true, reference }),
    confirmed: await issue({ confirm: true }),
    toRevoke: await issue(),
    repeated: await repeat(life, idempotencyKey),
    idempotencyKey,
    reference,
  }
}

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
