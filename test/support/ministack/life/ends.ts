import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler'
import { expect, test, vi } from 'vitest'
import type { IssueLink } from '../../../../client/client.ts'
import { temporaryFolder } from '../../machine/folder.ts'
import { account } from '../ministack.ts'
import { type Life, target } from './deployed.ts'
import { subscribe } from './schedules.ts'

const credentials = { accessKeyId: account, secretAccessKey: 'test' }
const minute = 60_000

/** How often MiniStack's Scheduler looks what is due, with shims/scheduler.py. */
const tickMs = 500
const soon = { timeout: 30_000, interval: 200 }

/** Registers what the schedules of links do: they say that a link was not opened, and delete the file of a link that is over. */
export function linksAreCalledLater(life: () => Life): void {
  test('at the time of its reminder it is said of a link that it was not opened, and of no other', async ({ skip }) => {
    const { settings, issue, visit, clock } = life()
    if (!settings.reminders) return skip('the settings have no reminders')
    const queue = await subscribe(life())
    const remindAt = new Date(clock.now() + 2 * minute).toISOString()
    const opened = await issue({ remindAt })
    const unopened = [await issue({ remindAt }), await issue({ remindAt, homeRegion: 'us-east-2' })]
    expect((await visit(opened.url)).status).toBe(302)
    expect(await schedulesOf(life(), 'r-')).toHaveLength(3)
    clock.advance(3 * minute)
    await queue.receive(unopened.map(({ id }) => `Link unopened ${id}`))
    expect(await schedulesOf(life(), 'r-')).toEqual([])
    expect([...queue.seen]).not.toContain(`Link unopened ${opened.id}`)
    await queue.close()
  })

  test('of each link that is over, the version that it delivered is deleted for good, and no other', async ({
    skip,
  }) => {
    const { settings, clock, visit, invoke, names } = life()
    if (!settings.fileEnds) return skip('the settings have no fileEnds')
    const { labels, live, next, replaced } = await linksThatEnd(life())
    const all = [...labels.values()].toSorted()
    /** Waits until the bucket has all of the versions but these, and no delete marker. */
    const isWithout = async (...gone: readonly string[]) =>
      vi.waitFor(
        async () => expect(await versionsOf(life(), labels)).toEqual(all.filter(each => !gone.includes(each))),
        soon,
      )
    await isWithout()
    // Whatever calls the function, the item of the link decides.
    await invoke(names.jobFunction('file-ends'), { id: live.id })
    const planned = await schedulesOf(life(), 'f-')
    clock.advance(50 * minute)
    await pause(2 * tickMs)
    expect(await schedulesOf(life(), 'f-')).toEqual(planned)
    clock.advance(20 * minute)
    const anHourLater = ['revoked older', 'unopened newer', 'used newer', 'elsewhere older', 'shared newer']
    await isWithout(...anHourLater)
    // The file of a link that was replaced waits for the link in its place.
    expect((await visit(next.url)).status).toBe(302)
    const waiting = async () =>
      (await schedulesOf(life(), 'f-')).filter(name => [next.id, replaced.id].some(id => name.includes(id)))
    const before = await waiting()
    clock.advance(58 * minute)
    await vi.waitFor(async () => {
      const after = await waiting()
      expect([after.length, after.filter(name => before.includes(name))]).toEqual([2, []])
    }, soon)
    await isWithout(...anHourLater)
    clock.advance(10 * minute)
    await isWithout(...anHourLater, 'replaced older')
    expect(await visit(target(await visit(live.url), live.url))).toMatchObject({ status: 200, body: 'newer' })
  })
}

/** Versions of files by their ids: `used older`, for example. */
type Labels = ReadonlyMap<string, string>

/** Uploads two versions of each file, and issues a link to one of them that ends as the file is called. */
async function linksThatEnd(life: Life) {
  const { api, issue, redeem, visit } = life
  const labels = new Map<string, string>()
  for (const name of ['used', 'elsewhere', 'shared', 'revoked', 'unopened', 'replaced', 'live', 'kept']) {
    for (const each of ['older', 'newer']) {
      const { versionId = '' } = await api.upload(new Blob([each]), { key: `ends/${name}`, replace: true })
      labels.set(versionId, `${name} ${each}`)
    }
  }
  const link = async (name: string, version: string, fields: Partial<IssueLink> = {}) => {
    const [versionId = ''] = [...labels].find(([, label]) => label === `${name} ${version}`) ?? []
    const common = { versionId, expiresIn: 7 * 86_400, urlSeconds: 60, deleteFile: true }
    return issue({ key: `ends/${name}`, ...common, ...fields })
  }
  const opened = [await link('used', 'newer'), await link('elsewhere', 'older', { homeRegion: 'us-east-2' })]
  const shared = await link('shared', 'newer', { uses: 3 })
  const revoked = await link('revoked', 'older', { expiresIn: 600 })
  const unopened = await link('unopened', 'newer', { expiresIn: 600 })
  const replaced = await link('replaced', 'older', { expiresIn: 7200 })
  const live = await link('live', 'newer')
  for (const { url } of [...opened, await link('kept', 'newer', { deleteFile: false })])
    expect((await visit(target(await visit(url), url))).status).toBe(200)
  for (const client of ['1', '2', '3'])
    expect(await redeem(shared.url, join(temporaryFolder(), client))).toMatchObject({ code: 0 })
  await api.revoke(revoked.id)
  const next = await api.replace(replaced.id)
  // Each has a schedule from the beginning, and one more if it is used up before its time.
  const early = [...opened, shared]
  const scheduled = [...early, ...early, revoked, unopened, replaced, next, live].map(({ id }) => id).toSorted()
  await vi.waitFor(async () => {
    const names = await schedulesOf(life, 'f-')
    expect(names.map(name => name.slice(2, 24)).toSorted()).toEqual(scheduled)
  }, soon)
  return { labels, live, next, replaced }
}

/** Returns the names of the deployment's schedules that begin like this. */
async function schedulesOf({ endpoint, home, names }: Life, NamePrefix: string): Promise<readonly string[]> {
  const client = new SchedulerClient({ endpoint, region: home, credentials })
  const found: string[] = []
  for await (const { Schedules = [] } of paginateListSchedules(
    { client },
    { GroupName: names.scheduleGroup, NamePrefix },
  ))
    found.push(...Schedules.map(({ Name = '' }) => Name))
  return found
}

/** Returns which versions of the files of these tests there are, by their labels, and delete markers. */
async function versionsOf({ endpoint, home, names }: Life, labels: Labels): Promise<readonly string[]> {
  const client = new S3Client({ endpoint, region: home, credentials, forcePathStyle: true })
  const list = new ListObjectVersionsCommand({ Bucket: names.contentBucket(home), Prefix: 'ends/' })
  const { Versions = [], DeleteMarkers = [] } = await client.send(list)
  return [
    ...Versions.map(({ VersionId = '' }) => labels.get(VersionId) ?? VersionId),
    ...DeleteMarkers.map(({ Key }) => `delete marker of ${Key}`),
  ].toSorted()
}
