import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { createErrorPages } from '../../../edge/error-pages/error-pages.ts'
import { bundleGate } from '../../../edge/gate/bundle.ts'
import { writeFunctions } from '../../../infra/code/build.ts'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { functionEntries } from '../../../infra/code/function-entries.ts'
import { deployment } from '../../../infra/deployment.ts'
import { deploymentOf, parseSettings } from '../../../infra/settings/parse-settings.ts'
import { resourcesOf, synthesise, valueAt } from '../../support/infra/synthesised.ts'

const settings = parseSettings(deployment)

/** Returns the path of the edge function's module in its asset. */
function edgeAsset(folder: string, templates: Parameters<typeof resourcesOf>[0]): string {
  const edge = resourcesOf(templates, 'AWS::Lambda::Function').find(({ id }) => id.startsWith('EdgeRedeemerFunction'))
  const S3Key = String(valueAt(edge ?? {}, 'Properties.Code.S3Key'))
  const asset = join(folder, `asset.${S3Key.replace('.zip', '')}`)
  expect(readdirSync(asset).toSorted()).toEqual([
    'ask-sender.mjs',
    'index.mjs',
    'page-cors.mjs',
    'pages.mjs',
    'refusal.mjs',
    'reserve-try.mjs',
    'several-uses.mjs',
    'upload.mjs',
  ])
  return join(asset, 'index.mjs')
}

const bundled = mkdtempSync(join(tmpdir(), 'once-functions-'))
const [functions, again] = [join(bundled, 'one'), join(bundled, 'other')]
await Promise.all([functions, again].map(writeFunctions))
const { templates, folder, remove } = synthesise(settings, { functions, validated: false })
afterAll(() => {
  remove()
  rmSync(bundled, { recursive: true, force: true })
})

test('the asset of the edge is byte for byte the tested bundle, and bundling is reproducible', async () => {
  for (const name of readdirSync(again)) {
    for (const file of readdirSync(join(again, name))) {
      expect(readFileSync(join(again, name, file), 'utf8')).toBe(readFileSync(join(functions, name, file), 'utf8'))
    }
  }
  const file = edgeAsset(folder, templates)
  const { code, chunks } = await bundleFunction('edge/main.ts', deploymentOf(settings))
  expect(readFileSync(file, 'utf8')).toBe(code)
  for (const [name, chunk] of Object.entries(chunks)) {
    expect(readFileSync(file.replace('index.mjs', name), 'utf8')).toBe(chunk)
  }
})

test('the code of the gate is the tested bundle, the same for every deployment: it can hold no secret', async () => {
  const [found, ...others] = resourcesOf(templates, 'AWS::CloudFront::Function')
  expect(others).toEqual([])
  expect(valueAt(found ?? {}, 'Properties.FunctionCode')).toBe(await bundleGate())
})

test('error pages are uploaded in ASCII, with the style whose hash is in their policy', () => {
  const brand = { name: 'Klinik für Ödeme', colour: '#0b6e6e' }
  const { html, policy } = createErrorPages(brand)
  const branded = synthesise({ ...deployment, brand }, { validated: false })
  onTestFinished(branded.remove)
  const pages = resourcesOf(branded.templates, 'Custom::AWS')
    .filter(({ id }) => id.includes('ErrorPages'))
    .map(({ Properties }) => {
      const [, parts] = valueAt(Properties, 'Create.Fn::Join') as [string, readonly unknown[]]
      const call = JSON.parse(parts.map(part => (typeof part === 'string' ? part : 'bucket')).join('')) as object
      return valueAt(call, 'parameters') as { Key: string; Body: string }
    })
  expect(pages.map(({ Key }) => Key)).toEqual(['once-pages/403.html', 'once-pages/404.html'])
  for (const [index, { Body }] of pages.entries()) {
    expect(Body).toMatch(/^[\n -~]*$/)
    const style = /<style>(.*?)<\/style>/s.exec(Body)?.[1] ?? ''
    expect(policy).toContain(`'sha256-${hash('sha256', style, 'base64')}'`)
    const characters = Body.replaceAll(/&#(\d{3,});/g, (_, code: string) => String.fromCodePoint(Number(code)))
    expect(characters).toBe(html[index === 0 ? 403 : 404])
  }
})

test('every function has less than 1 MB when zipped, the strictest limit that viewer-request functions ever had', () => {
  for (const name of Object.keys(functionEntries)) {
    expect(deflateRawSync(readFileSync(join(functions, name, 'index.mjs'))).length, name).toBeLessThan(1_000_000)
  }
})
