import { parseJsonObject } from '../../../client/problem.ts'
import { type PhysicalNames, physicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import { regions } from '../../../shared/regions.ts'
import { type Command, exitCodes, UsageError, withAllOfAws } from '../../command.ts'
import { oneOf } from '../../options.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsWith } from '../../settings.ts'
import { ownAccount } from '../../own-account.ts'
import type { Aws, DeploymentPorts } from '../../ports/ports.ts'
import { table } from '../../terminal/text.ts'
import { parseDeployed } from '../deploy/deployed.ts'
import { wasComplete } from '../deploy/stack-status.ts'
import { type AnyCheck, deployAgain, type Finding, runCheck, solveFirst } from './check.ts'
import { issuers, urlLife } from './checks/api.ts'
import { contentBucket, contentKey, scanPlan } from './checks/bucket.ts'
import { tableConsistency, tableProtection, tableReplication, tableWriters } from './checks/data.ts'
import { answers, behaviours, distribution, host, pageHost } from './checks/distribution.ts'
import { concurrency, webAcl } from './checks/firewall.ts'
import { encryption, keyAge, keyGroup, rotation, secretRegions } from './checks/keys.ts'
import { accessLogs, alarms, logRetention, readers } from './checks/monitoring.ts'
import { deployedSettings, drift, edgeVersion, stackProtection, stacks } from './checks/stacks.ts'
import { collectFacts, type Sources } from './collect-facts.ts'
import { namesWith, readUse } from './construct-use.ts'
import type { CollectedFacts, Expected } from './facts.ts'

const usage = `once doctor [ENVIRONMENT] [-c NAME=VALUE]... [--json]
       once doctor --stack NAME [--region REGION] [-c name=NAME] [--json]

Compares a deployment in AWS with its settings and reports what differs, what could break, and what to do. Reads only. CloudFormation
compares what it made with its templates, which may take minutes; of a stack of yours, cdk drift does.
Of the secret, it uses the ids of keys and prints nothing else. Of the distribution, it requests two paths as a viewer would,
neither of which is a link or a file.

  --stack NAME   a stack of yours that uses the construct: its outputs describe the deployment
  --region R     the Region of that stack; default: us-east-1
${commonUsage}

  once doctor                          the deployment of infra/deployment.ts, in the account of your credentials
  once doctor -c name=once-eu --json   another one, as JSON for programs
  once doctor --stack Site             that of the construct in the stack Site

Each line is one finding: ok, warn or fail; the check; what it found; what to do. With warnings only, the exit code is 0.

${exitCodes}
`

const options = {
  ...commonOptions,
  stack: { type: 'string' },
  region: { type: 'string' },
} as const

/** `once doctor`: compares a deployment with its settings. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'compare a deployment with its settings and report problems',
  usage,
  options,
  run: withAllOfAws(async (args, ports) => {
    const values = parseWithEnvironment(args, options)
    const { settings, used } = await deploymentIn(values, ports.aws)
    const { account, findings } = await diagnose(settings, ports, { used, comparesDrift: used === undefined })
    const verdict = findings.some(finding => finding.verdict === 'fail') ? 'fail' : 'ok'
    const report = { deployment: settings.name, account, verdict, findings }
    ports.print(
      values.json ? JSON.stringify(report, null, 2) : asText(`${settings.name} in account ${account}`, findings),
    )
    if (!values.json && used !== undefined) ports.print(`What was changed by hand: npx cdk drift ${used.stack.name}`)
    return verdict === 'fail' ? 1 : 0
  }),
}

type Values = ReturnType<typeof parseWithEnvironment<typeof options>>

/** Returns the deployment of the settings file, or that of a stack of yours. */
async function deploymentIn(
  { context, stack, region }: Values,
  aws: Aws,
): Promise<Pick<Expected, 'settings' | 'used'>> {
  if (stack === undefined && region !== undefined)
    throw new UsageError('--region: got it without --stack, allowed: with it')
  if (stack === undefined) return { settings: settingsWith(context) }
  const [name, ...others] = context.map(pair => /^name=(.+)$/.exec(pair)?.[1])
  if ((context.length > 0 && name === undefined) || others.length > 0) {
    throw new UsageError(`-c: got ${context.join(' ')}, allowed with --stack: name=NAME`)
  }
  return readUse({ name: stack, region: oneOf(region ?? edgeStackRegion, '--region', regions) }, name, aws)
}

/**
 * Collects facts from AWS and runs every check, that of what CloudFormation compares only if asked to; changes nothing. Rejects if the
 * credentials are for no account.
 */
export async function diagnose(
  settings: Settings,
  ports: Sources & Pick<DeploymentPorts, 'clock'>,
  { used, comparesDrift }: Pick<Expected, 'used' | 'comparesDrift'> = {},
): Promise<{ readonly account: string; readonly findings: readonly Finding[] }> {
  const account = await ownAccount(settings, ports.aws)
  const names = namesWith(physicalNames(settings.name, account), used)
  const now = ports.clock.now()
  const expected = { settings: await withDecided(settings, names, ports.aws), names, account, now, used, comparesDrift }
  const collected = await collectFacts(ports, expected)
  const all = checks.flatMap(check => runCheck(check, collected, expected))
  const findings = isBeforeFirst(collected) ? all.map(adviseFirst) : all
  return { account, findings: used === undefined ? findings : findings.map(adviseCdk) }
}

/** Whether no deployment has succeeded yet. */
function isBeforeFirst({ stacks: found }: CollectedFacts): boolean {
  return found.kind === 'known' && found.value.every(({ status }) => wasComplete(status) === false)
}

/** Before the first deployment nothing was changed or lost, and it creates what is missing. */
function adviseFirst(finding: Finding): Finding {
  const { check, verdict, todo } = finding
  const isOther = check !== stacks.name && verdict === 'fail' && todo !== solveFirst
  return isOther ? { ...finding, todo: deployAgain } : finding
}

/** A stack of yours is deployed with the CDK's own command line. */
function adviseCdk(finding: Finding): Finding {
  const todo = finding.todo
    .replaceAll('npm run deploy -- --revert-drift', 'cdk deploy --all --revert-drift')
    .replaceAll('npm run deploy', 'cdk deploy --all')
  return { ...finding, todo }
}

/**
 * Returns the settings with what `once deploy` has decided where they say nothing: the zones of a private network, and that the account's
 * role writes the logs of API Gateway.
 */
async function withDecided(settings: Settings, names: PhysicalNames, { stacks }: Aws): Promise<Settings> {
  const stack = await stacks
    .describe(names.regionStack(edgeStackRegion), edgeStackRegion)
    // The checks of stacks will say why they can't be read.
    .catch(() => undefined)
  const { availabilityZones } = parseDeployed(stack?.outputs['Deployment']) ?? {}
  const { apiLogRole } = parseJsonObject(stack?.outputs['Settings'] ?? '')
  return {
    ...settings,
    availabilityZones: settings.availabilityZones ?? availabilityZones,
    apiLogRole: settings.apiLogRole === 'own' && apiLogRole === 'account' ? 'account' : settings.apiLogRole,
  }
}

function asText(subject: string, findings: readonly Finding[]): string {
  const rows = findings.map(({ verdict, check, found, todo }) => [
    verdict,
    check,
    todo === '' ? found : `${found} -> ${todo}`,
  ])
  const count = (verdict: Finding['verdict']) => findings.filter(finding => finding.verdict === verdict).length
  return `${table(rows)}\n\n${subject}: ${count('fail')} fail, ${count('warn')} warn, ${count('ok')} ok`
}

/**
 * All checks in the order of the report: a check comes before those that depend on what it checks. Of what `drift` compares, they look only
 * at that on which links, files, logs and alarms depend: a deployment ends without that check, and of a stack of yours nothing is compared.
 */
export const checks: readonly AnyCheck[] = [
  stacks,
  drift,
  stackProtection,
  deployedSettings,
  tableReplication,
  tableConsistency,
  tableProtection,
  tableWriters,
  secretRegions,
  rotation,
  keyAge,
  keyGroup,
  encryption,
  distribution,
  behaviours,
  edgeVersion,
  answers,
  host,
  pageHost,
  webAcl,
  concurrency,
  accessLogs,
  readers,
  contentBucket,
  contentKey,
  scanPlan,
  issuers,
  urlLife,
  logRetention,
  alarms,
]
