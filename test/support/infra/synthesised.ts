import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Annotations, App, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib'
import { functionsContext } from '../../../infra/code/function-code.ts'
import { functionEntries, scriptNames } from '../../../infra/code/function-entries.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { addDeployment } from '../../../infra/app/own-stack.ts'
import { regulated, standard, starter } from '../../../infra/app/profiles.ts'
import type { Deployer } from '../../../infra/settings/deployer.ts'
import type { SettingsInput } from '../../../infra/settings/settings.ts'
import type { AuthProps } from '../../../shared/callers/auth.ts'
import type { Region } from '../../../shared/regions.ts'

/** A resource of a template, as JSON. */
export interface Resource {
  readonly stack: string
  readonly id: string
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DependsOn?: readonly string[]
}

/** The template of a stack. */
export interface Template {
  Resources: Record<string, Resource>
  Outputs?: object
}

/** The templates of one deployment, by stack. */
export type Templates = Readonly<Record<string, Template>>

/** Regions for a strongly consistent table. */
export const strongRegions = ['eu-west-1', 'eu-west-2', 'eu-central-1'] as const satisfies Region[]

const twoHomes = { homeRegions: ['eu-west-1', 'us-east-1'] } as const satisfies SettingsInput

const login = { issuer: 'https://login.example.com', audience: 'https://links.example.com' } as const

/** Keys of a provider, as settings have them: text only, the curve's point is none. */
export const providerKeys: NonNullable<AuthProps['jwks']> = {
  keys: [{ kty: 'EC', crv: 'P-256', kid: '2026', x: 'AAAA', y: 'AAAA' }],
}

/** The settings of the deployments in which guards are tested; the rest are production's defaults. */
export const variants = {
  starter,
  standard,
  regulated,
  /** The first home Region is not us-east-1, which is the second: its reader of the stream has a stack of its own. */
  home: { ...twoHomes, events: true, firewall: 'own', accessLogs: true, deliveryProof: true, dashboard: true },
  one: {
    homeRegions: ['eu-west-1'],
    recreatableFiles: true,
    alarmEmail: 'ops@example.com',
    http3: true,
    cacheSeconds: 30,
    maxLinkSeconds: 366 * 24 * 3600,
    fileDays: 400,
  },
  ends: { ...twoHomes, reminders: true, fileEnds: true, deliveryProof: true },
  scanned: { ...twoHomes, network: 'private', encryption: 'customer', events: true, scan: 'guardduty' },
  three: { homeRegions: strongRegions, leavingRegions: ['eu-central-1'] },
  strong: { mode: 'strong', homeRegions: strongRegions },
  witness: { ...standard, mode: 'strong', gate: false },
  audited: { ...starter, audit: true },
  webhooks: {
    ...starter,
    deliveryProof: true,
    endpoints: [
      { id: 'orders', url: 'https://hooks.example.com/once', secretName: 'webhooks/orders' },
      { id: 'audit', url: 'https://audit.example.com:8443/', secretName: 'webhooks/audit' },
    ],
  },
  private: { ...twoHomes, network: 'private', audit: true, auth: { ...login, jwks: providerKeys } },
  login: { ...twoHomes, accessLogs: true, auth: login },
  page: { ...twoHomes, firewall: 'own', auth: login, sendPage: { clientId: 'once-page' } },
  customer: { ...twoHomes, encryption: 'customer', apiRegions: ['eu-west-1', 'ap-south-1'] },
  domain: {
    ...twoHomes,
    domainName: 'files.example.com',
    hostedZone: { hostedZoneId: 'Z0123', zoneName: 'example.com' },
    ipv6: true,
  },
  free: { ...twoHomes, plan: 'free' },
  pro: { ...twoHomes, plan: 'pro', accessLogs: true },
  business: { ...twoHomes, plan: 'business', firewall: 'own', cacheSeconds: 30 },
} as const satisfies Readonly<Record<string, SettingsInput>>

/** The name of a variant. */
export type Variant = keyof typeof variants

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>
}

/** The names of files as those of the page for senders. */
const pageNames = ['index.html', 'callback.html', 'page-0123456789abcdef.css', 'page-fedcba9876543210.js']

/** Writes functions without code into a folder, for tests that don't read them. */
export function writeEmptyFunctions(folder: string): string {
  const write = (name: string, file: string, text: string) => {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, file), text)
  }
  for (const name of Object.keys(functionEntries))
    write(name, 'index.mjs', 'export const handler = async () => undefined\n')
  for (const name of scriptNames) write(name, 'index.js', 'function handler(event) {}')
  for (const name of pageNames) write('send-page', name, '')
  return folder
}

/** Options of a synthesis. */
export interface Extras {
  /** The folder with the code of all functions. @default functions without code */
  readonly functions?: string
  readonly plugins?: readonly ((app: App) => IPolicyValidationPlugin)[]
  /** Whether the CDK validates the templates, which takes a second or two. @default true */
  readonly validated?: boolean
  /** Who deploys. @default 'once' */
  readonly deployer?: Deployer
  /** Adds further constructs to the app. */
  readonly also?: (app: App) => unknown
}

/**
 * Synthesises a deployment as `cdk synth` does, with its feature flags; throws if the CDK's validation or a plugin finds
 * something.
 */
export function synthesise(
  settings: object,
  { functions, plugins = [], validated = true, deployer, also }: Extras = {},
): { templates: Templates; folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'once-cdk-'))
  const code = functions ?? writeEmptyFunctions(join(folder, 'code'))
  const app = new App({
    context: { ...context, [functionsContext]: code },
    outdir: join(folder, 'cdk'),
    builtinCloudFormationValidation: validated,
  })
  const once = addDeployment(app, withZones(settings, deployer), { deployer })
  // Most variants name no receiver; the CDK would print the warning for each.
  Annotations.of(once).acknowledgeWarning('once-at-edge:no-alarm-receiver')
  also?.(app)
  Validations.of(app).addPlugins(...plugins.map(make => make(app)))
  const { stacks } = app.synth()
  const templates = Object.fromEntries(
    stacks.map(({ stackName, template }) => [stackName, JSON.parse(JSON.stringify(template)) as Templates[string]]),
  )
  return { templates, folder: join(folder, 'cdk'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Returns settings with zones as those that `once deploy` finds for a private network; for templates, with their ids. */
export function withZones(settings: object, deployer?: Deployer): object {
  const { network, homeRegions, availabilityZones } = parseSettings(settings)
  const [home] = homeRegions
  const isAnywhere = deployer === 'templates'
  const zones = isAnywhere ? ['1', '2'].map(id => `${home.replace(/-(.).*-/, '$1')}-az${id}`) : [`${home}a`, `${home}b`]
  return network === 'private' && availabilityZones === undefined ? { ...settings, availabilityZones: zones } : settings
}

/** Returns the resources of a type, in the stacks whose names include `stack`. */
export function resourcesOf(templates: Templates, type: string, stack = ''): readonly Resource[] {
  return Object.entries(templates)
    .filter(([name]) => name.includes(stack))
    .flatMap(([name, { Resources }]) =>
      Object.entries(Resources).flatMap(([id, resource]) =>
        resource.Type === type ? [Object.assign(resource, { stack: name, id })] : [],
      ),
    )
}

/** Returns the value at a path such as `Properties.Rules.0.Name`; undefined if there is none. */
export function valueAt(of: object, path: string): unknown {
  return path === ''
    ? of
    : path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], of)
}

/** Sets the value at a path; undefined deletes it. Throws if the parent doesn't exist. */
export function putAt(of: object, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  const parent = valueAt(of, names.join('.')) as Record<string, unknown> | undefined
  if (parent === undefined) throw new Error(`nothing at ${path}`)
  if (value === undefined) delete parent[last]
  else parent[last] = value
}
