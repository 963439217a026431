import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createQuotaGroup, findQuotaRoot, quotaGroupV1, quotaGroupV2 } from '../../../bench/edge/quota.ts'
import { temporaryFolder } from '../../support/folder.ts'

const v1 = `proc /proc proc rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,nosuid,cpuset 0 0
`

/** Returns a folder that stands in for a mounted version 2, and its line in /proc/mounts. */
function v2With(controllers: string) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'cgroup.controllers'), `${controllers}\n`)
  return { folder, mounts: `cgroup2 ${folder} cgroup2 rw,nosuid,nsdelegate 0 0\n` }
}

describe('control groups are found', () => {
  test('in version 1, also if two controllers are mounted together', () => {
    const cpu = '/sys/fs/cgroup/cpu,cpuacct'
    expect(findQuotaRoot(v1)).toEqual({ kind: 'v1', cpu, cpuacct: cpu })
    expect(findQuotaRoot(v1 + v2With('').mounts).kind).toBe('v1')
  })

  test('in version 2, if it controls CPU', () => {
    const { folder, mounts } = v2With('cpuset cpu io memory')
    expect(findQuotaRoot(mounts)).toEqual({ kind: 'v2', folder })
    expect(findQuotaRoot(v1.replaceAll('cpuacct', 'other') + mounts).kind).toBe('v2')
  })

  test.each([
    ['no mount', () => ''],
    ['version 1 without a count of CPU', () => v1.replaceAll('cpuacct', 'other')],
    ['version 2 without CPU', () => v2With('cpuset hugetlb').mounts],
    ['version 2 that is not there', () => 'cgroup2 /nowhere cgroup2 rw 0 0'],
  ])('or missing: %s', (_, mounts) => {
    expect(findQuotaRoot(mounts())).toMatchObject({ kind: 'missing' })
  })
})

test('a group of version 1 is limited and counted by its files', () => {
  const folder = temporaryFolder()
  const [cpu, cpuacct] = [join(folder, 'cpu'), join(folder, 'cpuacct')]
  for (const each of [cpu, cpuacct]) mkdirSync(each)
  writeFileSync(join(cpuacct, 'cpuacct.usage'), '1234567890\n')
  const group = quotaGroupV1({ cpu, cpuacct })
  expect(group.procs).toEqual([cpu, cpuacct].map(each => join(each, 'cgroup.procs')))
  group.setQuota(1440)
  expect(readFileSync(join(cpu, 'cpu.cfs_period_us'), 'utf8')).toBe('20000')
  expect(readFileSync(join(cpu, 'cpu.cfs_quota_us'), 'utf8')).toBe('1440')
  expect(group.cpuMs()).toBeCloseTo(1234.56789, 5)
})

test('a group of version 2 too', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'cpu.stat'), 'usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\n')
  const group = quotaGroupV2(folder)
  expect(group.procs).toEqual([join(folder, 'cgroup.procs')])
  group.setQuota(1440)
  expect(readFileSync(join(folder, 'cpu.max'), 'utf8')).toBe('1440 20000')
  expect(group.cpuMs()).toBeCloseTo(1234.567, 5)
})

test('in version 2, a parent that does not pass the CPU on is asked to', () => {
  const { folder } = v2With('cpu')
  createQuotaGroup({ kind: 'v2', folder }, 'group')
  expect(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu')
})

test('a group that cannot be made is not left', () => {
  const { folder } = v2With('cpu')
  mkdirSync(join(folder, 'cgroup.subtree_control'))
  expect(() => createQuotaGroup({ kind: 'v2', folder }, 'group')).toThrow('EISDIR')
  expect(existsSync(join(folder, 'group'))).toBe(false)
})
