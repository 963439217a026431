import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type ChangeContext,
  findRefused,
  newName,
  refusedChanges,
  refuseNewName,
} from '../../../../cli/deployment/deploy/refused-changes.ts'
import { fixedSettingsOf } from '../../../../infra/settings/fixed-settings.ts'
import { parseSettings } from '../../../../infra/settings/parse-settings.ts'

const standard = { homeRegions: ['us-east-1', 'us-east-2'] }

/** Returns what a change from settings to others is compared by. */
function change(before: object, after: object, more: Partial<ChangeContext> = {}): ChangeContext {
  const [old, wanted] = [parseSettings(before), parseSettings(after)]
  const { homeRegions } = wanted
  return {
    deployed: fixedSettingsOf(old),
    wanted,
    dropped: old.homeRegions.filter(region => !homeRegions.includes(region)),
    liveLinks: {},
    longerLinks: undefined,
    droppedHost: undefined,
    kmsSigning: undefined,
    hasPlanStack: old.plan !== undefined,
    ...more,
  }
}

const strong = { ...standard, mode: 'strong' }
const leaving = { ...standard, leavingRegions: ['us-east-2'] }
const day = 86_400
const alone = { homeRegions: ['us-east-1'] }

/** One change for each line of the table, and what it says that it found. */
const examples: Readonly<Record<string, readonly [ChangeContext, string]>> = {
  mode: [change(standard, strong), 'mode: deployed "home", now "strong"'],
  'first-home': [
    change(standard, { homeRegions: ['us-east-2', 'us-east-1'] }),
    'the first home Region: deployed "us-east-1", now "us-east-2"',
  ],
  'strong-regions': [
    change(strong, { ...strong, homeRegions: ['us-east-1', 'us-east-2', 'us-west-2'] }),
    'Regions: deployed ["us-east-1","us-east-2","us-west-2"], now ["us-east-1","us-east-2","us-west-2",""]',
  ],
  'home-not-leaving': [change(standard, alone), 'homeRegions: without us-east-2'],
  'home-has-links': [change(leaving, alone, { liveLinks: { 'us-east-2': true } }), 'unexpired links of us-east-2'],
  host: [
    change(standard, standard, { droppedHost: 'files.example.com' }),
    'the host of links: deployed "files.example.com", now without',
  ],
  'max-link-seconds': [
    change({ ...standard, maxLinkSeconds: 7 * day }, { ...standard, maxLinkSeconds: day }, { longerLinks: true }),
    'maxLinkSeconds: deployed 604800, now 86400',
  ],
  'kms-signing': [
    change(standard, standard, { kmsSigning: 'deployed with signer "kms"' }),
    'deployed with signer "kms"',
  ],
  network: [change(standard, { ...standard, network: 'private' }), 'network: deployed "public", now "private"'],
  encryption: [change({ ...standard, encryption: 'customer' }, standard), 'encryption: deployed "customer", now "aws"'],
  plan: [change({ ...standard, plan: 'pro' }, { ...standard, plan: 'free' }), 'plan: deployed "pro", now "free"'],
}

describe('a change that would break links', () => {
  test.each(Object.keys(examples))('%s is refused, with what to do instead', id => {
    const [context, found] = examples[id] as (typeof examples)[string]
    const refused = findRefused(context)
    expect(refused.map(each => each.id)).toEqual([id])
    expect(refused[0]).toMatchObject({ found })
    expect(refused[0]?.instead).not.toBe('')
  })

  test('each line of the table has an example here', () => {
    expect(refusedChanges.map(({ id }) => id)).toEqual(Object.keys(examples))
  })

  test('all of them are reported at once', () => {
    const all = findRefused(
      change(standard, { ...strong, homeRegions: ['eu-west-1', 'eu-west-2'], network: 'private' }),
    )
    expect(all.map(({ id }) => id)).toEqual(['mode', 'first-home', 'home-not-leaving', 'network'])
  })

  test('without a change nothing is refused', () => {
    for (const settings of [standard, strong, leaving, { ...standard, plan: 'free' }]) {
      expect(findRefused(change(settings, settings))).toEqual([])
    }
  })
})

describe('a change that can be carried out', () => {
  test.each([
    [
      'a home Region that was leaving and has no links any more',
      change(leaving, alone, { liveLinks: { 'us-east-2': false } }),
    ],
    ['another home Region', change(alone, standard)],
    [
      'the other order of home Regions after the first',
      change(
        { homeRegions: ['us-east-1', 'us-east-2', 'eu-west-1'] },
        { homeRegions: ['us-east-1', 'eu-west-1', 'us-east-2'] },
      ),
    ],
    [
      'a shorter life of links, when no longer link lives',
      change({ ...standard, maxLinkSeconds: 7 * day }, { ...standard, maxLinkSeconds: day }, { longerLinks: false }),
    ],
    ['a longer life of links', change(standard, { ...standard, maxLinkSeconds: 8 * day })],
    ['keys of the customer', change(standard, { ...standard, encryption: 'customer' })],
    ['another kind of signing key', change(standard, { ...standard, keySpec: 'RSA-2048' })],
    ['the first plan', change(standard, { ...standard, plan: 'free' })],
    ['no plan, when its stack is gone', change({ ...standard, plan: 'free' }, standard, { hasPlanStack: false })],
  ])('%s', (_, context) => {
    expect(findRefused(context)).toEqual([])
  })

  test('of a dropped Region, links that could not be counted are links', () => {
    expect(findRefused(change(leaving, alone)).map(({ id }) => id)).toEqual(['home-has-links'])
  })

  test('links that could not be counted may be longer ones', () => {
    const shorter = change(standard, { ...standard, maxLinkSeconds: day })
    expect(findRefused(shorter).map(({ id }) => id)).toEqual(['max-link-seconds'])
  })
})

describe('another name in an account with a deployment', () => {
  const none = { stacks: [], others: ['once'] }

  test('is refused, because a misspelt name would make a second deployment', () => {
    expect(refuseNewName(none, { name: 'onse', isNew: false })).toMatchObject([
      { id: 'name', found: 'name: the account has once, now onse' },
    ])
  })

  test('is accepted with --new, and once it has stacks, and in an account without another', () => {
    expect(refuseNewName(none, { name: 'two', isNew: true })).toEqual([])
    expect(refuseNewName({ stacks: [], others: [] }, { name: 'two', isNew: false })).toEqual([])
    const stack = { name: 'two-us-east-1', region: 'us-east-1', id: 'i', status: 'CREATE_FAILED' } as const
    const stacks = [{ ...stack, reason: '', outputs: {}, isProtected: false }]
    expect(refuseNewName({ stacks, others: ['once'] }, { name: 'two', isNew: false })).toEqual([])
  })
})

test('docs/deploy.md names the settings of every refused change', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/deploy.md'), 'utf8')
  const [, section = ''] = text.split('\n## Changes that are refused\n')
  const [list = ''] = section.split('\n## ')
  for (const { change } of [newName, ...refusedChanges])
    for (const [name] of change.matchAll(/`\w+`|KMS/g)) expect(list, change).toContain(name)
})
