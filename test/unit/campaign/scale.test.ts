import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deployment } from '../../../infra/deployment.ts'
import { deploymentOf, parseSettings } from '../../../construct/parse-settings.ts'
import { defaultParameters } from '../../proof/campaign/parameters.ts'
import { limitRows, sources } from '../../proof/campaign/limit-table.ts'
import { askRows, campaignRows, costRows, issuingRows, partRows, phrases, shipped } from '../../proof/campaign/scale.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/scale.md'), 'utf8')

/** The page on one line, without the padding of its tables. */
const text = page.replaceAll(/\s+/g, ' ')

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replaceAll(/\s+/g, ' ')

describe('docs/scale.md has the figures of the model', () => {
  test.each(
    Object.entries({
      'what becomes of each campaign': campaignRows,
      'what each part has to do': partRows,
      'how long issuing takes': issuingRows,
      'what a campaign costs': costRows,
      'what to ask AWS for': askRows,
    }),
  )('%s', (_, rows) => {
    expect(
      rows()
        .map(row)
        .filter(each => !text.includes(each)),
    ).toEqual([])
  })

  test('in its sentences', () => {
    expect(phrases().filter(phrase => !text.includes(phrase))).toEqual([])
  })

  test('every limit, in order, between its name and its effect', () => {
    const table = page.slice(page.indexOf('## Limits of AWS'), page.indexOf('## Settings of ours'))
    const rows = [...table.matchAll(/^\|.*\|$/gm)].slice(2).map(([line]) => line.split('|').map(cell => cell.trim()))
    expect(rows.map(cells => cells.slice(2, -2))).toEqual(limitRows())
    expect(rows.every(cells => cells[1] !== '' && cells.at(-2) !== '')).toBe(true)
  })

  test('every source', () => {
    const listed = page.slice(page.indexOf('## Sources')).match(/^- .+$/gm) ?? []
    expect(listed.map(line => line.slice(2))).toEqual(sources())
  })
})

test('the model has the settings as shipped', () => {
  const settings = parseSettings(deployment)
  const { callerQuota } = deploymentOf(settings)
  expect({ callerQuota, requestsPerSecond: settings.requestsPerSecond }).toEqual(shipped)
  expect(settings.homeRegions).toHaveLength(defaultParameters.replicas)
  expect(settings).toMatchObject({ signer: defaultParameters.signer, edgeMemory: defaultParameters.edgeMemory })
  expect(settings).toMatchObject({ requestsPerAddress: 10_000, cacheSeconds: 0 })
})
