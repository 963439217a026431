import { leaveKms } from '../../../infra/settings/former-names.ts'
import type { FixedSettings } from '../../../infra/settings/fixed-settings.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { DeployedState } from './deployed.ts'

/** What a rule compares. */
export interface ChangeContext {
  readonly deployed: FixedSettings
  readonly wanted: Settings
  /** The Regions that have a replica now and are not to have one. */
  readonly dropped: readonly Region[]
  /** Whether each dropped Region has links that can still be opened; undefined if that could not be found out. */
  readonly liveLinks: Readonly<Partial<Record<Region, boolean | undefined>>>
  /** Whether live links were issued for longer than the wanted `maxLinkSeconds`; undefined if that could not be found out. */
  readonly longerLinks: boolean | undefined
  /** The host of links that goes, if links that name it can still be opened, or that could not be found out. */
  readonly droppedHost: string | undefined
  /** What shows that keys in KMS sign, or are kept; undefined if nothing does. */
  readonly kmsSigning: string | undefined
  /** The plan's stack exists. */
  readonly hasPlanStack: boolean
}

/** A change that is refused, in the words of the command. docs/deploy.md names them all. */
export interface RefusedChange {
  readonly id: string
  /** The change, in words of the settings. */
  readonly change: string
  readonly why: string
  readonly instead: string
  /** Returns what the deployment has and what the settings say; undefined if this change isn't made. */
  readonly find: (context: ChangeContext) => string | undefined
}

/** A change of these settings that was found. */
export interface Refusal extends Pick<RefusedChange, 'id' | 'why' | 'instead'> {
  readonly found: string
}

const another = 'deploy another one beside it (`name`, `--new`), and delete this one when its last link has expired'

function differs(name: string, before: unknown, after: unknown): string | undefined {
  const was = JSON.stringify(before)
  const is = JSON.stringify(after)
  return was === is ? undefined : `${name}: deployed ${was ?? 'without'}, now ${is ?? 'without'}`
}

const sorted = (regions: readonly Region[]) => regions.toSorted()

/** All refused changes of a deployment's settings, in the order in which they are reported. */
export const refusedChanges: readonly RefusedChange[] = [
  {
    id: 'mode',
    change: '`mode`',
    why: 'the consistency of a table is chosen when it is created',
    instead: another,
    find: ({ deployed, wanted }) => differs('mode', deployed.mode, wanted.mode),
  },
  {
    id: 'first-home',
    change: 'the first of `homeRegions`',
    why: 'it has the files, and the stack that owns the table',
    instead: `${another}; other home Regions can be added`,
    find: ({ deployed, wanted }) => differs('the first home Region', deployed.homeRegions[0], wanted.homeRegions[0]),
  },
  {
    id: 'strong-regions',
    change: '`homeRegions` or `witnessRegion` in mode `strong`',
    why: 'DynamoDB adds no Region to a strongly consistent table, and removes none',
    instead: another,
    find: ({ deployed, wanted }) =>
      deployed.mode === 'strong' && wanted.mode === 'strong' && deployed.homeRegions[0] === wanted.homeRegions[0]
        ? differs(
            'Regions',
            [...sorted(deployed.homeRegions), deployed.witnessRegion ?? ''],
            [...sorted(wanted.homeRegions), wanted.witnessRegion ?? ''],
          )
        : undefined,
  },
  {
    id: 'home-not-leaving',
    change: 'a Region removed from `homeRegions` that gets new links',
    why: 'its links could be opened nowhere: no other Region takes over',
    instead:
      'name it in `leavingRegions` and deploy: it gets no new links; remove it when its last link has expired, after `maxLinkSeconds`',
    find: ({ deployed, dropped }) =>
      listed(
        'homeRegions: without',
        deployed.mode === 'home' ? dropped.filter(region => !deployed.leavingRegions.includes(region)) : [],
      ),
  },
  {
    id: 'home-has-links',
    change: 'a Region removed from `homeRegions` that has links',
    why: 'these links could be opened nowhere: no other Region takes over',
    instead:
      'wait until the last one has expired, `maxLinkSeconds` after the Region was named in `leavingRegions`, or revoke them (`once list`, `once revoke`)',
    find: ({ deployed, dropped, liveLinks }) =>
      listed(
        'unexpired links of',
        dropped.filter(region => deployed.leavingRegions.includes(region) && liveLinks[region] !== false),
      ),
  },
  {
    id: 'host',
    change: '`domainName`, while links live',
    why: 'links name the host with which they were issued',
    instead: 'wait until the last one has expired, or deploy another one beside it (`name`, `--new`)',
    find: ({ droppedHost, wanted }) =>
      droppedHost === undefined ? undefined : differs('the host of links', droppedHost, wanted.domainName),
  },
  {
    id: 'max-link-seconds',
    change: '`maxLinkSeconds` lowered, while links live that were issued for longer',
    why: 'the keys that verify links, and replaced files, are kept only that long',
    instead: 'have issuers ask for less (`expiresIn`, `linkSeconds`), and wait until the last longer link has expired',
    find: ({ deployed, wanted, longerLinks }) =>
      isLowered(deployed, wanted) && longerLinks !== false
        ? differs('maxLinkSeconds', deployed.maxLinkSeconds, wanted.maxLinkSeconds)
        : undefined,
  },
  {
    id: 'kms-signing',
    change: 'an upgrade while a key in KMS signs, or is kept after it did',
    why: 'this version signs with a key in the secret only, so links would return `503`',
    instead: leaveKms,
    find: ({ kmsSigning }) => kmsSigning,
  },
  {
    id: 'network',
    change: '`network`',
    why: 'the api would get another host, and callers would be refused until each has the new one',
    instead: another,
    find: ({ deployed, wanted }) => differs('network', deployed.network, wanted.network),
  },
  {
    id: 'encryption',
    change: "`encryption` from `'customer'` to `'aws'`",
    why: "it would delete the keys without which the files can't be read",
    instead: another,
    find: ({ deployed, wanted }) =>
      deployed.encryption === 'customer' ? differs('encryption', deployed.encryption, wanted.encryption) : undefined,
  },
  {
    id: 'plan',
    change: '`plan`, once the deployment has one',
    why: "a subscription can't be changed, and once it is deleted, `free` ends at once, says CloudFront (CloudFormation may wait), the others after the billing cycle",
    instead:
      'end the plan: turn the termination protection of its stack `N-plan-us-east-1` off, delete the stack, wait until the plan has ended, then deploy (docs/deploy.md)',
    find: ({ deployed, wanted, hasPlanStack }) =>
      hasPlanStack && deployed.plan !== undefined ? differs('plan', deployed.plan, wanted.plan) : undefined,
  },
]

function listed(what: string, regions: readonly Region[]): string | undefined {
  return regions.length === 0 ? undefined : `${what} ${regions.join(', ')}`
}

/** What is refused before there is a deployment to compare with. */
export const newName: Omit<RefusedChange, 'find'> = {
  id: 'name',
  change: '`name`, while the account has a deployment of another name',
  why: 'a name makes a new deployment, and the other one stays and is billed',
  instead: 'use the name of the other one, or add `--new`',
}

/** Returns all refused changes that the settings would make. Empty for a first deployment. */
export function findRefused(context: ChangeContext): readonly Refusal[] {
  return refusedChanges.flatMap(({ id, why, instead, find }) => {
    const found = find(context)
    return found === undefined ? [] : [{ id, found, why, instead }]
  })
}

/** Returns the refusal of a new name, unless the user wants a new deployment. */
export function refuseNewName(
  { stacks, others }: Pick<DeployedState, 'stacks' | 'others'>,
  { name, isNew }: { readonly name: string; readonly isNew: boolean },
): readonly Refusal[] {
  if (stacks.length > 0 || others.length === 0 || isNew) return []
  const { id, why, instead } = newName
  return [{ id, found: `name: the account has ${others.join(', ')}, now ${name}`, why, instead }]
}

/** Whether the settings allow only links that expire earlier. */
export function isLowered(deployed: FixedSettings, wanted: Settings): boolean {
  return wanted.maxLinkSeconds < deployed.maxLinkSeconds
}
