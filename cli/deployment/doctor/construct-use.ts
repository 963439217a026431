import { type ContentText, isElsewhere, type Manifest, parseManifest } from '../../../infra/settings/manifest-json.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import type { PhysicalNames } from '../../../infra/placement/physical-names.ts'
import { edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import { UsageError } from '../../command.ts'
import type { Aws } from '../../ports/ports.ts'
import { parseDeployed, settingsIn, type SettingsInForce } from '../deploy/deployed.ts'
import type { NamedStack } from '../names.ts'

/** How a stack of yours uses the construct. */
export interface ConstructUse extends Pick<Manifest, 'distribution'> {
  /** The bucket of yours; undefined if the deployment has its own. */
  readonly content?: ContentText
  /** The stack that has the construct: it has the place of the stack of its Region. */
  readonly stack: NamedStack
}

/**
 * Reads which deployment the stack `name` has, as its construct describes it; with several, that of `deployment`. Rejects with a
 * `UsageError` if there is no such stack, not exactly one such deployment in it, or one with settings that this version doesn't know.
 */
export async function readUse(
  { name, region }: NamedStack,
  deployment: string | undefined,
  aws: Pick<Aws, 'stacks'>,
): Promise<{ readonly settings: Settings; readonly used: ConstructUse }> {
  const stack = await aws.stacks.describe(name, region)
  if (stack === undefined) throw new UsageError(`--stack: there is no stack ${name} in ${region}`)
  const all = Object.values(stack.outputs).flatMap(output => parseManifest(output) ?? [])
  const found = deployment === undefined ? all : all.filter(({ settings }) => settings.name === deployment)
  const [first, ...others] = found
  if (first === undefined || others.length > 0) {
    const names = all.map(({ settings }) => settings.name).join(', ')
    const what = all.length === 0 ? 'no deployment' : `the deployments ${names}`
    throw new UsageError(`--stack: ${name} has ${what}, allowed: one, or -c name=NAME of one`)
  }
  const { distribution } = first
  const [settings, content] = await Promise.all([completed(first.settings, aws), completed(first.content ?? {}, aws)])
  return {
    settings: parsed(settings, name),
    used: { stack: { name, region }, distribution, ...(first.content && { content: content as ContentText }) },
  }
}

/** A construct of another version may have other settings. */
function parsed(settings: object, stack: string): Settings {
  try {
    return parseSettings(settings)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`--stack: ${stack} has other settings than this version of once knows: ${reason}`, { cause })
  }
}

/** Returns the values, with those that are elsewhere read from there. Rejects with a `UsageError` if one isn't there. */
async function completed(values: object, aws: Pick<Aws, 'stacks'>): Promise<object> {
  const read = async (value: unknown) => {
    if (!isElsewhere(value)) return value
    const found = await aws.stacks.describe(value.stack, value.region as Region)
    const text = found?.outputs[value.output]
    if (text !== undefined) return text
    throw new UsageError(`--stack: the stack ${value.stack} in ${value.region} has no output ${value.output}`)
  }
  const entries = Object.entries(values).map(async ([name, value]) => [name, await read(value)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

/** Returns the names of a deployment, with those of your own stack and bucket in their places. */
export function namesWith(names: PhysicalNames, used: ConstructUse | undefined): PhysicalNames {
  if (used === undefined) return names
  const { stack, content } = used
  return {
    ...names,
    regionStack: region => (region === stack.region ? stack.name : names.regionStack(region)),
    ...(content && { contentBucket: () => content.bucket }),
  }
}

/**
 * Returns the settings with which the stack of us-east-1 was deployed: all of them or, with a construct in a stack of yours, those that
 * can't be changed freely. Undefined if it doesn't say.
 */
export async function deployedSettingsOf(
  {
    name,
    names,
    used,
  }: { readonly name: string; readonly names: PhysicalNames; readonly used: ConstructUse | undefined },
  { stacks }: Pick<Aws, 'stacks'>,
): Promise<SettingsInForce | undefined> {
  const stack = await stacks.describe(names.regionStack(edgeStackRegion), edgeStackRegion)
  const outputs = stack?.outputs ?? {}
  if (used === undefined) return settingsIn(outputs)
  // The name of the output begins with the path of the construct.
  const found = Object.values(outputs).map(parseDeployed)
  const ours = found.find(each => each?.name === name)
  return ours && { ...ours }
}
