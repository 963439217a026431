import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type GenericSchema, getDefault, never } from 'valibot'
import { expect, test } from 'vitest'
import { edgeDeploymentOf, parseDeployment, plainSettings } from '../../../shared/settings/deployment.ts'
import { sendPageField } from '../../../shared/settings/send-page.ts'

const root = join(import.meta.dirname, '../../..')
const source = globSync('shared/settings/*.ts', { cwd: root, exclude: ['**/row.ts'] })
  .map(name => readFileSync(join(root, name), 'utf8'))
  .join('\n')

/** The values that props name as their default, by prop; a default in words is none. */
const documented = [...source.matchAll(/@default (?!- )(.+?)\s*\*\/\n {2}readonly (\w+)\?/g)].map(
  ([, value = '', name = '']) => [name, JSON.parse(value.replaceAll("'", '"'))] as const,
)

test('the default that a prop documents is that of its row', () => {
  expect(documented.length).toBeGreaterThan(30)
  const rows = Object.entries(plainSettings).map(([name, { schema }]) => [name, schema] as const)
  const schemas = new Map<string, GenericSchema>([...Object.entries(sendPageField.entries), ...rows])
  const inRows = documented.map(([name]) => [name, getDefault(schemas.get(name) ?? never())])
  expect(documented).toEqual(inRows)
})

test('functions get the settings whose rows say so, and the edge fewer', () => {
  const names = { linksTable: 'links', apiStateTable: 'api-state', secretName: 'keys' }
  const deployment = parseDeployment({ homeRegions: ['us-east-1'], ...names })
  const rows = Object.entries(plainSettings)
  expect(rows.filter(([name, row]) => name in deployment !== (row.for !== 'infra'))).toEqual([])
  const edge = edgeDeploymentOf(deployment)
  expect(rows.filter(([name, row]) => name in edge !== (row.for === 'edge'))).toEqual([])
})
