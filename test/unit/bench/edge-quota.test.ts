import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createQuotaGroup, findQuotaRoot, quotaGroupV1, quotaGroupV2 } from '../../../bench/edge/quota.ts'
import { temporaryFolder } from '../../support/folder.ts'

const v1 = `proc /proc proc rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,nosuid,cpuset 0 0
cgroup /sys/fs/cgroup/freezer cgroup rw,nosuid,freezer 0 0
`

/** Returns a folder that stands in for a mounted version 2, and its line in /proc/mounts. */
function v2With(controllers: string) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'cgroup.controllers'), `${controllers}\n`)
  return { folder, mounts: `cgroup2 ${folder} cgroup2 rw,nosuid,nsdelegate 0 0\n` }
}

describe('control groups are found', () => {
  test('in version 1, also if two controllers are mounted together', () => {
    const [cpu, freezer] = ['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/freezer']
    expect(findQuotaRoot(v1)).toEqual({ kind: 'v1', cpu, cpuacct: cpu, freezer })
    expect(findQuotaRoot(v1 + v2With('').mounts).kind).toBe('v1')
  })

  test('in version 2, if it controls CPU', () => {
    const { folder, mounts } = v2With('cpuset cpu io memory')
    expect(findQuotaRoot(mounts)).toEqual({ kind: 'v2', folder })
    expect(findQuotaRoot(v1.replace('freezer', 'other') + mounts).kind).toBe('v2')
  })

  test.each([
    ['no mount', () => ''],
    ['version 1 without a freezer', () => v1.replaceAll('freezer', 'other')],
    ['version 2 without CPU', () => v2With('cpuset hugetlb').mounts],
    ['version 2 that is not there', () => 'cgroup2 /nowhere cgroup2 rw 0 0'],
  ])('or missing: %s', (_, mounts) => {
    expect(findQuotaRoot(mounts())).toMatchObject({ kind: 'missing' })
  })
})

test('a group of version 1 is limited, counted, frozen and thawed by its files', async () => {
  const folder = temporaryFolder()
  const [cpu, cpuacct, freezer] = ['cpu', 'cpuacct', 'freezer'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const each of [cpu, cpuacct, freezer]) mkdirSync(each)
  writeFileSync(join(cpuacct, 'cpuacct.usage'), '1234567890\n')
  const group = quotaGroupV1({ cpu, cpuacct, freezer })
  expect(group.procs).toEqual([cpu, cpuacct, freezer].map(each => join(each, 'cgroup.procs')))
  group.setQuota(1440)
  expect(readFileSync(join(cpu, 'cpu.cfs_period_us'), 'utf8')).toBe('20000')
  expect(readFileSync(join(cpu, 'cpu.cfs_quota_us'), 'utf8')).toBe('1440')
  expect(group.cpuMs()).toBeCloseTo(1234.56789, 5)
  await group.freeze()
  expect(readFileSync(join(freezer, 'freezer.state'), 'utf8')).toBe('FROZEN')
  group.thaw()
  expect(readFileSync(join(freezer, 'freezer.state'), 'utf8')).toBe('THAWED')
})

test('a group of version 2 too', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'cpu.stat'), 'usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\n')
  writeFileSync(join(folder, 'cgroup.events'), 'populated 1\nfrozen 1\n')
  const group = quotaGroupV2(folder)
  expect(group.procs).toEqual([join(folder, 'cgroup.procs')])
  group.setQuota(1440)
  expect(readFileSync(join(folder, 'cpu.max'), 'utf8')).toBe('1440 20000')
  expect(group.cpuMs()).toBeCloseTo(1234.567, 5)
  await group.freeze()
  expect(readFileSync(join(folder, 'cgroup.freeze'), 'utf8')).toBe('1')
  group.thaw()
  expect(readFileSync(join(folder, 'cgroup.freeze'), 'utf8')).toBe('0')
})

test('in version 2, a parent that does not pass the CPU on is asked to', () => {
  const { folder } = v2With('cpu')
  createQuotaGroup({ kind: 'v2', folder }, 'group')
  expect(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu')
})
