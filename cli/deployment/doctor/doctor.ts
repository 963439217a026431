import { physicalNames } from '../../../infra/physical-names.ts'
import type { Settings } from '../../../infra/settings.ts'
import { type Command, exitCodes } from '../../command.ts'
import { collectFacts } from './facts.ts'
import { commonOptions, commonUsage, parseStrictly, settingsWith } from '../../options.ts'
import type { Ports } from '../../ports/ports.ts'
import { table } from '../../terminal/text.ts'
import { runCheck, type Finding } from './check.ts'
import { checks } from './checks.ts'

const usage = `once doctor [-c NAME=VALUE]... [--json]

Looks at a deployment as AWS has it and says what is not as the settings want it, what could break, and what to do.
Reads only. Of the secret it reads the ids that it names, and tells nothing else of it.

${commonUsage}

  once doctor                          the deployment of infra/deployment.ts, in the account of your credentials
  once doctor -c name=once-eu --json   another one, for a program to read

One line a finding: ok, warn or fail, the check, what was found, what to do. Warnings alone are fine.

${exitCodes}
`

/** `once doctor`: what is not as it should be in a deployment. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'look at a deployment and say what is wrong with it',
  usage,
  options: commonOptions,
  async run(args, ports) {
    const { context, json } = parseStrictly(args, commonOptions)
    const settings = settingsWith(context)
    const { account, findings } = await diagnose(settings, ports)
    const verdict = findings.some(finding => finding.verdict === 'fail') ? 'fail' : 'ok'
    const report = { deployment: settings.name, account, verdict, findings }
    ports.print(json ? JSON.stringify(report, null, 2) : asText(report))
    return verdict === 'fail' ? 1 : 0
  },
}

/** Asks AWS and runs every check. Rejects when the credentials open no account. */
async function diagnose(
  settings: Settings,
  { aws, clock }: Ports,
): Promise<{ readonly account: string; readonly findings: readonly Finding[] }> {
  const account = await aws.account()
  const expected = { settings, names: physicalNames(settings.name, account), now: clock.now() }
  const gathered = await collectFacts(aws, expected)
  return { account, findings: checks.flatMap(check => runCheck(check, gathered, expected)) }
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
  const sum = `${deployment} in account ${account}: ${count('fail')} fail, ${count('warn')} warn, ${count('ok')} ok`
  return `${table(rows)}\n\n${sum}`
}
