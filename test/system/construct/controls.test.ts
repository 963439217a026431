import { readFileSync } from 'node:fs'
import type { App } from 'aws-cdk-lib'
import { HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag'
import { assert, expect, test } from 'vitest'
import { profiles } from '../../../infra/app/profiles.ts'
import { synthesise } from '../../support/infra/synthesised.ts'

const packs = { NIST: NIST80053R5Checks, PCI: PCIDSS321Checks, HIPAA: HIPAASecurityChecks }

/** Returns what the packs find in a deployment, as `RULE of PACK`. */
function findingsIn(settings: object): readonly string[] {
  let app: App | undefined
  synthesise(settings, { validated: false, also: each => (app = each) }).remove()
  assert(app)
  const scope = app
  return Object.entries(packs).flatMap(([name, Pack]) => {
    const { violations } = new Pack(scope).validateScope(scope)
    return violations.map(({ ruleName }) => `${ruleName.slice(ruleName.indexOf('-') + 1)} of ${name}`)
  })
}

/** Returns the names in a cell of the table. */
const namesIn = (cell: string, all: object) => (cell === 'all' ? Object.keys(all) : cell.split(', '))

/** Returns what the table of the page has a reason for, as `RULE of PACK in PROFILE`. */
function explainedOnPage(): readonly string[] {
  const page = readFileSync(new URL('../../../docs/review.md', import.meta.url), 'utf8')
  const [, section = ''] = page.split('\n## Controls\n')
  const rows = section.split('\n## ')[0]?.matchAll(/^\| (`.+?) \| (.+?) \| (.+?) \| .+? \| .+ \|$/gm) ?? []
  return [...rows].flatMap(([, rules = '', ofPacks = '', inProfiles = '']) =>
    [...rules.matchAll(/`(\w+)`/g)].flatMap(([, rule = '']) =>
      namesIn(ofPacks, packs).flatMap(pack =>
        namesIn(inProfiles, profiles).map(profile => `${rule} of ${pack} in ${profile}`),
      ),
    ),
  )
}

test('docs/review.md has a reason for each rule that a pack finds in a profile, and for no other', () => {
  const found = Object.entries(profiles).flatMap(([profile, settings]) =>
    [settings, { ...settings, audit: true, alarmEmail: 'ops@example.com' }]
      .flatMap(findingsIn)
      .map(finding => `${finding} in ${profile}`),
  )
  expect(explainedOnPage().toSorted()).toEqual([...new Set(found)].toSorted())
})
