import { type PhysicalNames, physicalNames } from '../../../construct/physical-names.ts'
import { edgeStackRegion, type Settings } from '../../../construct/settings.ts'
import { type Command, exitCodes } from '../../command.ts'
import { commonOptions, commonUsage, parseWithEnvironment, settingsWith } from '../../options.ts'
import { ownAccount } from '../../own-account.ts'
import type { Aws, Ports } from '../../ports/ports.ts'
import { table } from '../../terminal/text.ts'
import { parseDeployed } from '../deploy/deployed.ts'
import { wasComplete } from '../deploy/stack-status.ts'
import { deployAgain, type Finding, runCheck, solveFirst } from './check.ts'
import { checks } from './checks.ts'
import { stacks } from './checks/stacks.ts'
import { collectFacts, type Sources } from './collect-facts.ts'
import type { CollectedFacts } from './facts.ts'

const usage = `once doctor [ENVIRONMENT] [-c NAME=VALUE]... [--json]

Compares a deployment in AWS with its settings and reports what differs, what could break, and what to do. Reads only.
Of the secret, it uses the ids of keys and prints nothing else. Of the distribution, it requests two paths as a viewer would,
neither of which is a link or a file.

${commonUsage}

  once doctor                          the deployment of infra/deployment.ts, in the account of your credentials
  once doctor -c name=once-eu --json   another one, as JSON for programs

Each line is one finding: ok, warn or fail; the check; what it found; what to do. With warnings only, the exit code is 0.

${exitCodes}
`

/** `once doctor`: compares a deployment with its settings. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'compare a deployment with its settings and report problems',
  usage,
  options: commonOptions,
  async run(args, ports) {
    const { context, json } = parseWithEnvironment(args, commonOptions)
    const settings = settingsWith(context)
    const { account, findings } = await diagnose(settings, ports)
    const verdict = findings.some(finding => finding.verdict === 'fail') ? 'fail' : 'ok'
    const report = { deployment: settings.name, account, verdict, findings }
    ports.print(json ? JSON.stringify(report, null, 2) : asText(report))
    return verdict === 'fail' ? 1 : 0
  },
}

/** Collects facts from AWS and runs every check; changes nothing. Rejects if the credentials are for no account. */
export async function diagnose(
  settings: Settings,
  ports: Sources & Pick<Ports, 'clock'>,
): Promise<{ readonly account: string; readonly findings: readonly Finding[] }> {
  const account = await ownAccount(settings, ports.aws)
  const names = physicalNames(settings.name, account)
  const now = ports.clock.now()
  const expected = { settings: await withKeptKeys(settings, names, ports.aws), names, account, now }
  const collected = await collectFacts(ports, expected)
  const findings = checks.flatMap(check => runCheck(check, collected, expected))
  return { account, findings: isBeforeFirst(collected) ? findings.map(adviseFirst) : findings }
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

/** Between the stages of a change of the signer, `once deploy` keeps keys in KMS that the settings don't name. */
async function withKeptKeys(settings: Settings, names: PhysicalNames, { stackChanges }: Aws): Promise<Settings> {
  const stack = await stackChanges
    .describe(names.regionStack(edgeStackRegion), edgeStackRegion)
    // The checks of stacks will say why they can't be read.
    .catch(() => undefined)
  const kept = parseDeployed(stack?.outputs['Deployment'])?.kmsKeysKept ?? []
  return { ...settings, kmsKeysKept: [...new Set([...settings.kmsKeysKept, ...kept])] }
}

interface Report {
  readonly deployment: string
  readonly account: string
  readonly findings: readonly Finding[]
}

function asText({ deployment, account, findings }: Report): string {
  const rows = findings.map(({ verdict, check, found, todo }) => [
    verdict,
    check,
    todo === '' ? found : `${found} -> ${todo}`,
  ])
  const count = (verdict: Finding['verdict']) => findings.filter(finding => finding.verdict === verdict).length
  const totals = `${deployment} in account ${account}: ${count('fail')} fail, ${count('warn')} warn, ${count('ok')} ok`
  return `${table(rows)}\n\n${totals}`
}
