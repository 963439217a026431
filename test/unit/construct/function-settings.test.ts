import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { functionEntries } from '../../../infra/code/function-entries.ts'
import { withSettings } from '../../../infra/code/function-settings.ts'
import { deploymentOf, parseSettings } from '../../../infra/settings/parse-settings.ts'
import { edgeDeploymentOf } from '../../../shared/settings/deployment.ts'

const deployment = deploymentOf(
  parseSettings({
    mode: 'strong',
    homeRegions: ['eu-west-1', 'eu-west-2', 'eu-central-1'],
    nearestReplica: { 'us-east-1': 'eu-west-2' },
    brand: { name: 'Klinik "Für" Ödeme </script> ${x} \\ \u2028', colour: '#0b6e6e', text: { en: 'Ask', de: 'Fragt' } },
  }),
)

/** Returns what a function sees as its deployment. */
const seenIn = (code: string): unknown => JSON.parse(String(runInNewContext(`${code};JSON.stringify(DEPLOYMENT)`)))

test('a function gets what its code names, whatever texts it has, so that a change of the rest does not change it', () => {
  const code = 'const{brand:a}=DEPLOYMENT,b=DEPLOYMENT.mode'
  const { brand, mode } = deployment
  expect(seenIn(withSettings(code, deployment, false))).toEqual({ brand, mode })
  const other = { ...deployment, linkSeconds: 60, mode: 'home' as const }
  expect(seenIn(withSettings(code, other, false))).toEqual({ brand, mode: 'home' })
})

test('functions of keys get no life of links', async () => {
  const { code } = await bundleFunction(functionEntries.keys, deployment)
  expect(code).toBe((await bundleFunction(functionEntries.keys, { ...deployment, linkSeconds: 60 })).code)
})

test('the edge gets what it needs, so that a change of anything else does not change its version', () => {
  expect(seenIn(withSettings('', deployment, true))).toEqual(JSON.parse(JSON.stringify(edgeDeploymentOf(deployment))))
  const other = { ...deployment, linkSeconds: 60 }
  expect(withSettings('', other, true)).toBe(withSettings('', deployment, true))
})

test('the code follows unchanged', () => {
  expect(withSettings('import"a";b()', deployment, true)).toMatch(/^const DEPLOYMENT=\{.*\};import"a";b\(\)$/s)
})
