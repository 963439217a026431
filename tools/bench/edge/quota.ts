import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Microseconds of each period in which Lambda's Linux hands out CPU. */
export const periodUs = 20_000

/**
 * Microseconds of CPU in each period for a viewer-request function: 128 MB, Lambda@Edge's fixed size, and 1,769 MB are one
 * vCPU (AWS, "Configure Lambda function memory").
 */
export const edgeQuotaUs = 1440

/** A control group for one process, with its threads and children. */
export interface QuotaGroup {
  /** Files to which a process writes its id to enter the group. */
  readonly procs: readonly string[]
  /** Sets the microseconds of CPU that the group gets in each period. */
  setQuota(quotaUs: number): void
  /** Returns the CPU that the group has used, in milliseconds. */
  cpuMs(): number
  /** Kills what runs in the group, and removes it. Blocks for up to 2 s: it also runs when this process exits. */
  remove(): void
}

/** Where control groups can be made, or why not. */
export type QuotaRoot =
  | { readonly kind: 'v1'; readonly cpu: string; readonly cpuacct: string }
  | { readonly kind: 'v2'; readonly folder: string }
  | { readonly kind: 'missing'; readonly missing: string }

/** Control groups of one version. */
export type UsableQuotaRoot = Exclude<QuotaRoot, { kind: 'missing' }>

/** Finds control groups in which this user may make one, by making it. */
export function usableQuotaRoot(): QuotaRoot {
  const root = findQuotaRoot(readOr('', '/proc/mounts'))
  if (root.kind === 'missing') return root
  try {
    createQuotaGroup(root, `edge-bench-${process.pid}`).remove()
    return root
  } catch (error) {
    return { kind: 'missing', missing: `no control group can be made: ${String(error)}` }
  }
}

/**
 * Finds mounted control groups in the text of `/proc/mounts`: version 1 if it has both controllers, otherwise
 * version 2 if it has that of CPU (Linux, "Control Groups version 1", "Control Group v2").
 */
function findQuotaRoot(mounts: string): QuotaRoot {
  const mounted = mounts.split('\n').map(line => line.split(' '))
  const v1With = (controller: string) =>
    mounted.find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes(controller))?.[1]
  const cpu = v1With('cpu')
  const cpuacct = v1With('cpuacct')
  if (cpu && cpuacct) return { kind: 'v1', cpu, cpuacct }
  const folder = mounted.find(([, , type]) => type === 'cgroup2')?.[1]
  const hasCpu = folder !== undefined && readOr('', join(folder, 'cgroup.controllers')).split(/\s/).includes('cpu')
  if (folder !== undefined && hasCpu) return { kind: 'v2', folder }
  return { kind: 'missing', missing: 'no control groups for CPU are mounted (Linux, cgroup v1 or v2)' }
}

/** Makes a group. Throws if this user may not, and leaves nothing then. Remove it, or it stays. */
export function createQuotaGroup(root: UsableQuotaRoot, name: string): QuotaGroup {
  const parents = root.kind === 'v1' ? [root.cpu, root.cpuacct] : [root.folder]
  const [cpu = '', cpuacct = ''] = parents.map(parent => join(parent, name))
  const folders = new Set([cpu, cpuacct].filter(Boolean))
  try {
    for (const folder of folders) mkdirSync(folder)
    // In version 2, a parent enables the controllers of its children.
    const mustEnable = root.kind === 'v2' && !existsSync(join(cpu, 'cpu.max'))
    if (mustEnable) writeFileSync(join(root.folder, 'cgroup.subtree_control'), '+cpu')
  } catch (error) {
    for (const folder of folders) tryRemove(folder)
    throw error
  }
  const shared = { procs: [...folders].map(procsIn), remove: () => removeAll([...folders]) }
  return { ...shared, ...(root.kind === 'v1' ? quotaV1({ cpu, cpuacct }) : quotaV2(cpu)) }
}

type Quota = Pick<QuotaGroup, 'setQuota' | 'cpuMs'>

/** Returns the quota in existing folders of version 1; controllers that are mounted together share one. */
function quotaV1({ cpu, cpuacct }: Readonly<Record<'cpu' | 'cpuacct', string>>): Quota {
  return {
    setQuota(quotaUs) {
      writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(periodUs))
      writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(quotaUs))
    },
    cpuMs: () => Number(readFileSync(join(cpuacct, 'cpuacct.usage'), 'utf8')) / 1e6,
  }
}

/** Returns the quota in an existing folder of version 2. */
function quotaV2(folder: string): Quota {
  return {
    setQuota: quotaUs => writeFileSync(join(folder, 'cpu.max'), `${quotaUs} ${periodUs}`),
    cpuMs() {
      const [, used] = /^usage_usec (\d+)$/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8')) ?? []
      return Number(used) / 1000
    },
  }
}

/** Longest time to remove a group, in milliseconds. */
const patienceMs = 2000
/** Pause between two looks, in milliseconds. */
const lookMs = 5

function procsIn(folder: string): string {
  return join(folder, 'cgroup.procs')
}

function readOr(fallback: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return fallback
  }
}

/** Removes folders of a group: it must be empty first. Does nothing if they are gone. */
function removeAll(folders: readonly string[]): void {
  const left = folders.filter(folder => existsSync(folder))
  for (let waited = 0; left.some(folder => existsSync(folder)) && waited <= patienceMs; waited += lookMs) {
    for (const folder of left) killIn(folder)
    for (const folder of left) tryRemove(folder)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs)
  }
}

function killIn(folder: string): void {
  for (const pid of readOr('', procsIn(folder)).split('\n').map(Number).filter(Boolean)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}

function tryRemove(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // A process in it is still ending.
  }
}
