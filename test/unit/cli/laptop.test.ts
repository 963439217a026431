import { expect, test } from 'vitest'
import { diagnoseLaptop } from '../../../cli/deployment/doctor/laptop.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { onceHere } from '../../support/cli/once-here.ts'

const now = Date.parse('2026-11-26T12:00:00Z')

/** A machine on which all is well. Tests change some of it. */
const well = {
  node: '24.21.0',
  files: {
    'package-lock.json': lockOf({ valibot: '1.5.0', esbuild: '0.28.2' }, { esbuild: { optional: true } }),
    'node_modules/.package-lock.json': lockOf({ valibot: '1.5.0' }),
    'tools/node_modules/.package-lock.json': '{}',
    'tools/requirements.txt': 'boto3==1',
    'tools/python/installed': 'boto3==1',
  } as Readonly<Record<string, string | undefined>>,
  taken: [] as readonly number[],
  freeBytes: 50e9,
  programs: ['/usr/bin/google-chrome'] as readonly string[],
  java: 'openjdk 17.0.2 2022-01-18\nOpenJDK Runtime Environment' as string | undefined,
  emulator: false,
  awsTime: now as number | undefined,
  account: '111122223333' as string | undefined,
}

/** Returns a lock file of npm with these packages. */
function lockOf(versions: Readonly<Record<string, string>>, more: Readonly<Record<string, object>> = {}): string {
  const packages = Object.entries(versions).map(([name, version]) => [
    `node_modules/${name}`,
    { version, ...more[name] },
  ])
  return JSON.stringify({ packages: { '': {}, ...Object.fromEntries(packages) } })
}

function portsOn({ files, taken, ...machine }: typeof well) {
  return {
    machine: {
      node: machine.node,
      read: async (path: string) => files[path],
      canRun: async (path: string) => machine.programs.includes(path),
      isFree: async (port: number) => !taken.includes(port),
      freeBytes: async () => machine.freeBytes,
    },
    programs: { run: async () => (machine.java === undefined ? undefined : { code: 0, output: machine.java }) },
    apis: {
      emulatorAt: async (origin: string) => {
        if (machine.emulator) return origin
        throw new Error('no emulator')
      },
    },
    aws: {
      async account() {
        if (machine.account !== undefined) return machine.account
        throw Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' })
      },
    },
    http: {
      async send() {
        if (machine.awsTime === undefined) throw new Error('offline')
        const date = new Date(machine.awsTime).toUTCString()
        return { header: () => date, end: () => undefined }
      },
    },
    clock: { now: () => now as EpochMs },
  } as unknown as Parameters<typeof diagnoseLaptop>[0]
}

async function findingsOn(changes: Partial<typeof well>) {
  return diagnoseLaptop(portsOn({ ...well, ...changes }))
}

test('a machine on which all is well needs nothing', async () => {
  const findings = await findingsOn({})
  expect(findings.filter(({ verdict, todo }) => verdict !== 'ok' || todo !== '')).toEqual([])
  expect(findings.map(({ check }) => check)).toEqual([
    'node',
    'packages',
    'ports',
    'disk',
    'java',
    'chromium',
    'test-packages',
    'python',
    'clock',
    'credentials',
  ])
})

const without = (path: string) => ({ files: { ...well.files, [path]: undefined } })
const installed = (lock: string) => ({ files: { ...well.files, 'node_modules/.package-lock.json': lock } })
const minutes = (count: number) => now + count * 60_000

test.each([
  [{ node: '22.3.0' }, { check: 'node', verdict: 'fail', found: /22\.3\.0/, todo: /Node\.js 24/ }],
  [
    without('node_modules/.package-lock.json'),
    { check: 'packages', verdict: 'fail', found: /no packages/, todo: /^npm ci$/ },
  ],
  [
    installed(lockOf({})),
    { check: 'packages', verdict: 'fail', found: /^1 are missing .* such as valibot/, todo: /^npm ci$/ },
  ],
  [
    installed(lockOf({ valibot: '1.4.0' })),
    { check: 'packages', verdict: 'fail', found: /such as valibot/, todo: /^npm ci$/ },
  ],
  [
    installed(lockOf({ valibot: '1.5.0', esbuild: '0.1.0' })),
    { check: 'packages', verdict: 'fail', found: /such as esbuild/, todo: /^npm ci$/ },
  ],
  [
    { taken: [8081, 8084] },
    {
      check: 'ports',
      verdict: 'warn',
      found: /listens on 8081, 8084 of 8080 to 8084/,
      todo: /npm start -- --port 9000/,
    },
  ],
  [
    { taken: [8080, 8081, 8082, 8083, 8084] },
    { check: 'ports', verdict: 'warn', found: /another program/, todo: /--port 9000/ },
  ],
  [
    { taken: [8080, 8081, 8082, 8083, 8084], emulator: true },
    { check: 'ports', verdict: 'ok', found: /npm start runs at http/, todo: /^$/ },
  ],
  [{ freeBytes: 1e8 }, { check: 'disk', verdict: 'warn', found: /^100 MB free/, todo: /2 GB are enough/ }],
  [{ java: undefined }, { check: 'java', verdict: 'warn', found: /no Java/, todo: /install Java 17/ }],
  [{ java: 'openjdk 11.0.1 2018' }, { check: 'java', verdict: 'warn', found: /Java 11/, todo: /install Java 17/ }],
  [{ programs: [] }, { check: 'chromium', verdict: 'warn', found: /none at/, todo: /install Chromium/ }],
  [
    without('tools/node_modules/.package-lock.json'),
    { check: 'test-packages', verdict: 'warn', found: /none/, todo: /npm ci --prefix tools/ },
  ],
  [
    without('tools/python/installed'),
    { check: 'python', verdict: 'warn', found: /none/, todo: /npm run tools:python/ },
  ],
  [
    { files: { ...well.files, 'tools/requirements.txt': 'boto3==2' } },
    { check: 'python', verdict: 'warn', found: /others than/, todo: /tools:python/ },
  ],
  [{ awsTime: minutes(-2) }, { check: 'clock', verdict: 'warn', found: /^2 min ahead of/, todo: /NTP/ }],
  [{ awsTime: minutes(6) }, { check: 'clock', verdict: 'fail', found: /^6 min behind/, todo: /NTP/ }],
  [{ awsTime: undefined }, { check: 'clock', verdict: 'warn', found: /did not respond/, todo: /go online/ }],
  [
    { account: undefined },
    { check: 'credentials', verdict: 'warn', found: /CredentialsProviderError/, todo: /aws configure sso/ },
  ],
] as const)('%j: %j', async (changes, { check, verdict, found, todo }) => {
  const findings = await findingsOn(changes)
  const [finding, ...others] = findings.filter(each => each.verdict !== 'ok' || each.check === check)
  expect(others).toEqual([])
  expect(finding).toMatchObject({ check, verdict })
  expect(finding?.found).toMatch(found)
  expect(finding?.todo).toMatch(todo)
})

test('once doctor --local prints a line for each check, and ends with 1 if one fails', async () => {
  const fine = await onceHere(['doctor', '--local'], portsOn(well))
  expect(fine).toMatchObject({ code: 0, noted: '' })
  expect(fine.said).toMatch(/^ok {2}node +Node\.js 24\.21\.0\n[^]*\n\nthis machine: 0 fail, 0 warn, 10 ok$/)
  const broken = await onceHere(['doctor', '--local', '--json'], portsOn({ ...well, node: '22.0.0' }))
  expect(broken.code).toBe(1)
  expect(JSON.parse(broken.said)).toMatchObject({
    verdict: 'fail',
    findings: [{ check: 'node', verdict: 'fail' }, ...Array.from({ length: 9 }, () => ({ verdict: 'ok' }))],
  })
  for (const [args, got] of [
    [['staging'], 'a deployment'],
    [['-c', 'name=x'], 'a deployment'],
    [['--stack', 'Site'], '--stack'],
    [['--region', 'eu-west-1'], '--region'],
  ] as const) {
    const refused = await onceHere(['doctor', '--local', ...args], portsOn(well))
    expect(refused).toMatchObject({ code: 2, said: '' })
    expect(refused.noted).toContain(`--local: got it with ${got}, allowed: without`)
  }
})
