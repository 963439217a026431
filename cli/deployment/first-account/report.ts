import manifest from '../../../package.json' with { type: 'json' }
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { stacksOf } from '../../../infra/placement/placement.ts'
import { regionsOf } from '../../../infra/settings/settings.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { settingsWith } from '../../settings.ts'
import { withoutPrivate } from '../prove/report.ts'
import type { Progress } from './progress.ts'
import { contextOf, steps } from './steps.ts'

/** Shortest id or host of AWS that is private, in characters: names of stages and the like are shorter. */
const minPrivate = 8

/** Returns the ids and hosts that AWS has chosen for what exists of a deployment. */
export async function privateWords(progress: Progress, { stacks }: DeploymentPorts['aws']): Promise<readonly string[]> {
  const { name } = progress
  const settings = settingsWith(contextOf(progress))
  const found = await Promise.all(
    stacksOf(settings, physicalNames(name, progress.account)).map(async each => {
      const stack = await stacks.describe(each.name, each.region)
      if (stack === undefined) return []
      const ids = (await stacks.resources(stack)).map(({ physicalId }) => physicalId)
      return [...ids, ...Object.values(stack.outputs).map(value => URL.parse(value)?.host ?? value)]
    }),
  )
  return found.flat().filter(word => word.length >= minPrivate && !word.includes(name))
}

/** Formats the report in Markdown, for a public issue: nothing in it names the account, the deployment, a link or a person. */
export async function firstAccountReport(progress: Progress, { machine, programs }: DeploymentPorts): Promise<string> {
  const { context, day, runs, results, stops, words, account, name } = progress
  const git = ['-C', machine.clone, 'describe', '--always', '--dirty', '--exclude=*']
  const commit = await programs.run('git', git, { input: '', signal: new AbortController().signal })
  const { 'aws-cdk': cdk, 'aws-cdk-lib': lib } = manifest.dependencies
  // Values of other settings than the profile may be private.
  const given = context.map(pair => (pair.startsWith('profile=') ? pair : pair.split('=', 1)[0]))
  const all = Object.entries(steps).map(([step, { title }]) => ({ step, title, result: results[step] }))
  const lines = [
    `## First account, ${day}`,
    '',
    `once-at-edge ${manifest.version}, commit ${commit?.code === 0 ? commit.output.trim() : 'unknown'}; Node.js ${machine.node};`,
    `aws-cdk ${cdk}, aws-cdk-lib ${lib}; ${given.join(', ')}; in ${regionsOf(settingsWith(contextOf(progress))).join(', ')}.`,
    '',
    '| step | result | minutes | runs |',
    '| --- | --- | ---: | ---: |',
    ...all.map(({ step, title, result }) => {
      const verdict = result === undefined ? 'not done' : result.isWell ? result.text : `**${result.text}**`
      return `| ${title} | ${verdict} | ${Math.ceil(result?.minutes ?? 0)} | ${runs[step] ?? 0} |`
    }),
    ...all.flatMap(({ title, result }) => sectionOf(title, result?.lines ?? [])),
    ...sectionOf('Why steps were run again', stops),
  ]
  return `${withoutPrivate(lines.join('\n'), [name, account, machine.host, ...words])}\n`
}

/** Returns lines under a title, as they are if they have a table of Markdown; none without lines. */
function sectionOf(title: string, lines: readonly string[]): readonly string[] {
  const isMarkdown = lines.some(line => line.startsWith('| '))
  if (lines.length === 0) return []
  return ['', `### ${title}`, '', ...(isMarkdown ? lines : ['```text', ...lines, '```'])]
}
