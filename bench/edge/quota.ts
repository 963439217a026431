import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

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
  /** Stops all processes. Resolves when they stand still; rejects after 2 s. */
  freeze(): Promise<void>
  thaw(): void
  /** Kills what runs in the group, and removes it. Blocks for up to 2 s: it also runs when this process exits. */
  remove(): void
}

/** Where control groups can be made, or why not. */
export type QuotaRoot =
  | { readonly kind: 'v1'; readonly cpu: string; readonly cpuacct: string; readonly freezer: string }
  | { readonly kind: 'v2'; readonly folder: string }
  | { readonly kind: 'missing'; readonly missing: string }

/** Control groups of one version. */
export type UsableQuotaRoot = Exclude<QuotaRoot, { kind: 'missing' }>

/** Finds control groups in which this user may make one, by making it. */
export function usableQuotaRoot(): QuotaRoot {
  const root = findQuotaRoot(readFileSync('/proc/mounts', 'utf8'))
  if (root.kind === 'missing') return root
  try {
    createQuotaGroup(root, `edge-bench-${process.pid}`).remove()
    return root
  } catch (error) {
    return { kind: 'missing', missing: `no control group can be made: ${String(error)}` }
  }
}

/**
 * Finds mounted control groups in the text of `/proc/mounts`: version 1 if it has the three controllers, otherwise
 * version 2 if it has that of CPU (Linux, "Control Groups version 1", "Control Group v2").
 */
export function findQuotaRoot(mounts: string): QuotaRoot {
  const mounted = mounts.split('\n').map(line => line.split(' '))
  const v1With = (controller: string) =>
    mounted.find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes(controller))?.[1]
  const [cpu, cpuacct, freezer] = [v1With('cpu'), v1With('cpuacct'), v1With('freezer')]
  if (cpu && cpuacct && freezer) return { kind: 'v1', cpu, cpuacct, freezer }
  const folder = mounted.find(([, , type]) => type === 'cgroup2')?.[1]
  const hasCpu = folder !== undefined && readOr('', join(folder, 'cgroup.controllers')).split(/\s/).includes('cpu')
  if (folder !== undefined && hasCpu) return { kind: 'v2', folder }
  return { kind: 'missing', missing: 'no control groups for CPU are mounted (Linux, cgroup v1 or v2)' }
}

/** Makes a group. Throws if this user may not. Remove it, or it stays. */
export function createQuotaGroup(root: UsableQuotaRoot, name: string): QuotaGroup {
  if (root.kind === 'v1') {
    const folders = { cpu: join(root.cpu, name), cpuacct: join(root.cpuacct, name), freezer: join(root.freezer, name) }
    for (const folder of new Set(Object.values(folders))) mkdirSync(folder)
    return quotaGroupV1(folders)
  }
  const folder = join(root.folder, name)
  mkdirSync(folder)
  // A parent enables the controllers of its children.
  if (!existsSync(join(folder, 'cpu.max'))) writeFileSync(join(root.folder, 'cgroup.subtree_control'), '+cpu')
  return quotaGroupV2(folder)
}

/** Returns the group in existing folders of version 1; controllers that are mounted together share one. */
export function quotaGroupV1(folders: Readonly<Record<'cpu' | 'cpuacct' | 'freezer', string>>): QuotaGroup {
  const { cpu, cpuacct, freezer } = folders
  const all = [...new Set([cpu, cpuacct, freezer])]
  const state = join(freezer, 'freezer.state')
  const thaw = () => writeFileSync(state, 'THAWED')
  return {
    procs: all.map(procsIn),
    setQuota(quotaUs) {
      writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(periodUs))
      writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(quotaUs))
    },
    cpuMs: () => Number(readFileSync(join(cpuacct, 'cpuacct.usage'), 'utf8')) / 1e6,
    async freeze() {
      writeFileSync(state, 'FROZEN')
      await until(() => readFileSync(state, 'utf8').trim() === 'FROZEN')
    },
    thaw,
    remove: () => removeAll(all, thaw),
  }
}

/** Returns the group in an existing folder of version 2. */
export function quotaGroupV2(folder: string): QuotaGroup {
  const thaw = () => writeFileSync(join(folder, 'cgroup.freeze'), '0')
  return {
    procs: [procsIn(folder)],
    setQuota: quotaUs => writeFileSync(join(folder, 'cpu.max'), `${quotaUs} ${periodUs}`),
    cpuMs() {
      const [, used] = /^usage_usec (\d+)$/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8')) ?? []
      return Number(used) / 1000
    },
    async freeze() {
      writeFileSync(join(folder, 'cgroup.freeze'), '1')
      await until(() => /^frozen 1$/m.test(readFileSync(join(folder, 'cgroup.events'), 'utf8')))
    },
    thaw,
    remove: () => removeAll([folder], thaw),
  }
}

/** Longest time to freeze or to remove a group, and the pause between two looks, in milliseconds. */
const [patienceMs, lookMs] = [2000, 5]

async function until(isDone: () => boolean): Promise<void> {
  for (let waited = 0; !isDone(); waited += lookMs) {
    if (waited > patienceMs) throw new Error('the processes of a control group did not freeze')
    await pause(lookMs)
  }
}

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

/** Removes folders of a group: it must be thawed and empty first. Does nothing if they are gone. */
function removeAll(folders: readonly string[], thaw: () => void): void {
  const left = folders.filter(folder => existsSync(folder))
  if (left.length > 0) thaw()
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
