import { expect, test } from 'vitest'
import { planPrefixes } from '../../../infra/resources/scan.ts'
import { resourcesOf, synthesise, valueAt } from '../../support/infra/synthesised.ts'

const letters = (count: number) => Array.from({ length: count }, (_, index) => `${'abcdef'[index]}/`)

test.each([
  ['all keys', [''], []],
  ['all keys and a folder', ['a/', ''], []],
  ['folders of which one is in another', ['a/b/', 'a/'], ['a/']],
  ['as many as a plan may have', letters(5), letters(5)],
  ['more of them', letters(6), []],
  ['more of them, but for those in another', [...letters(5), 'a/b/'], letters(5)],
])('a plan for uploads to %s', (_, prefixes, scanned) => {
  expect(planPrefixes(prefixes)).toEqual(scanned)
})

/** Returns the prefixes of the plan for one issuer. */
function planFor(verbs: readonly string[]): unknown {
  const auth = { issuer: 'https://login.example.com', audience: 'links' }
  const issuers = [{ id: 'desk', group: 'desk', prefixes: ['desk/$1/'], verbs }]
  const settings = { homeRegions: ['us-east-1'], scan: 'guardduty', auth, issuers }
  const { templates, remove } = synthesise(settings)
  remove()
  const [plan] = resourcesOf(templates, 'AWS::GuardDuty::MalwareProtectionPlan')
  return valueAt(plan ?? {}, 'Properties.ProtectedResource.S3Bucket.ObjectPrefixes')
}

test('the plan has the prefixes of those who may upload, as they are; if none may, there is no use for it', () => {
  expect(planFor(['issue', 'upload'])).toEqual(['desk/$1/'])
  expect(() => planFor(['issue'])).toThrow('scan has no use, because no issuer may upload')
})
