import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { featureFlags } from '../../../construct/feature-flags.ts'
import { parseSettings } from '../../../construct/parse-settings.ts'
import { addDeployment } from '../../../infra/own-stack.ts'
import { synthesise, type Variant, variants, withZones } from '../infra/synthesised.ts'
import { emptyApp, stacksOf } from './constructed.ts'

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>
}
const [ofCore, ofServices] = ['@aws-cdk/core:', '@aws-cdk/'].map(prefix =>
  Object.fromEntries(Object.entries(context).filter(([flag]) => flag.startsWith(prefix))),
)

/** Returns templates without the order of lists, which has no meaning in what the flags change. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]))
}

test.each<Variant>(['home', 'private', 'customer'])(
  'an app without feature flags gets the same templates: %s',
  variant => {
    const settings = variants[variant]
    const { templates, remove } = synthesise(settings, { validated: false })
    onTestFinished(remove)
    // Flags of the core are about whole stacks: how a partition is written, for one.
    const app = emptyApp(ofCore)
    addDeployment(app, withZones(parseSettings(settings)))
    const found = Object.entries(stacksOf(app)).map(([name, { template }]) => [name, template as unknown])
    expect(sorted(Object.fromEntries(found))).toEqual(sorted(templates))
  },
)

test('the flags are those with which all other tests run', () => {
  const expected = Object.entries(ofServices ?? {}).filter(([flag]) => flag in featureFlags)
  expect(Object.fromEntries(expected)).toEqual(featureFlags)
})
