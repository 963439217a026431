import { lambdaEdgeRegions } from '../../../infra/placement/lambda-edge-regions.ts'
import { apiFunctions, apiPurpose, physicalNames } from '../../../infra/placement/physical-names.ts'
import { readerRegionsOf } from '../../../infra/placement/placement.ts'
import { apiRegionsOf, edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import { assert } from '../../../shared/errors.ts'
import { plusMs, rfc3339, secondsOf } from '../../../shared/time.ts'
import { UnreachableError } from '../../command.ts'
import { ownAccount } from '../../own-account.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { isEdgeFunction } from '../names.ts'

/** What stands for the blanks of docs/operate.md, by the blank. Of several values, each gets a run of a loop. */
type Values = Readonly<Record<string, string | readonly string[]>>

/** Reads what fills the blanks of the page. Rejects with an `UnreachableError` if there is no edge function. */
export async function valuesOf(settings: Settings, hours: number, { aws, clock }: DeploymentPorts): Promise<Values> {
  const { name, homeRegions, network, endpoints = [] } = settings
  const account = await ownAccount(settings, aws)
  const names = physicalNames(name, account)
  const now = clock.now()
  // Former edge functions may exist for hours; that of the stack is in use.
  const stack = await aws.stacks.describe(names.regionStack(edgeStackRegion), edgeStackRegion)
  const resources = stack === undefined ? [] : await aws.stacks.resources(stack)
  const edge = resources.find(({ physicalId }) => isEdgeFunction(physicalId, name))
  if (edge === undefined) throw new UnreachableError(`no edge function of ${name}: deploy one with npm run deploy`)
  return {
    N: name,
    ACCOUNT: account,
    FUNCTION: edge.physicalId,
    ENDPOINT: endpoints[0]?.id ?? '',
    FROM: rfc3339(secondsOf(plusMs(now, -hours * 3_600_000))),
    TO: rfc3339(secondsOf(now)),
    EDGE_REGION: lambdaEdgeRegions,
    HOME_REGION: homeRegions,
    FILES_REGION: homeRegions[0],
    READER_REGION: readerRegionsOf(settings),
    API_FUNCTION: apiFunctions.map(each => names.apiFunction(apiPurpose(each, network))),
    API_REGION: apiRegionsOf(settings),
  }
}

/** Returns what docs/operate.md has below the heading of an alarm. Alarms that share a paragraph have their headings above each other. */
export function paragraphOf(page: string, alarm: string): string {
  const parts = page.split(/^(?=#)/m)
  const at = parts.findIndex(part => part.startsWith(`#### ${alarm}\n`))
  const texts = parts.slice(at).map(part => part.replace(/^#.*\n/, '').trim())
  const paragraph = texts.find(text => text !== '')
  assert(at >= 0 && paragraph !== undefined, `docs/operate.md has no paragraph of ${alarm}`)
  return paragraph
}

/** Returns a paragraph for a terminal: links as paths, and commands without blanks, in loops where there are several values. */
export function filled(paragraph: string, values: Values): string {
  return paragraph
    .replaceAll(/\[([^\]]+)\]\(/g, '$1 (docs/')
    .replaceAll('(docs/#', '(docs/operate.md#')
    .replaceAll(/^```sh\n([^]*?)\n```$/gm, (_, commands: string) => inLoops(commands, values))
    .replaceAll(/\bN(?=[-/])|\b[A-Z]{2,}(_[A-Z]+)?\b/g, blank => String(values[blank] ?? blank))
}

function inLoops(commands: string, values: Values): string {
  return Object.entries(values).reduce((inner, [blank, all]) => {
    if (typeof all === 'string' || all.length === 1 || !inner.includes(blank)) return inner
    const variable = blank.toLowerCase()
    const lines = inner.replaceAll(blank, `$${variable}`).replaceAll(/^/gm, '  ')
    return `for ${variable} in ${all.join(' ')}; do\n  echo $${variable}\n${lines}\ndone`
  }, commands)
}
