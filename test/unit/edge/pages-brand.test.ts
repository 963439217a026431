import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manualClock } from '../../support/machine/clock.ts'
import { createPages } from '../../../edge/pages/pages.ts'
import { deploymentOf, parseSettings } from '../../../infra/settings/parse-settings.ts'
import { type Brand } from '../../../shared/texts/brand.ts'
import { parseDeployment } from '../../../shared/settings/deployment.ts'
import { displayedRefusal } from '../../../shared/refusal.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { languages } from '../../../shared/texts/brand.ts'

const brand = { name: 'Klinikum am Park', colour: '#0b6e6e' }
const deployment = {
  mode: 'home',
  homeRegions: ['eu-west-1'],
  linksTable: 'once-links',
  apiStateTable: 'once-api-state',
  secretName: 'once-keys',
}
/** Returns what begins as a PNG and has this many bytes, in base64. */
const pngOf = (bytes: number) =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(bytes - 8)]).toString('base64')
const pageFor = (of: Brand | undefined, language = 'en') =>
  createPages(of, manualClock()).refusal(displayedRefusal('spent', false), language).html

/** Returns the contrast (WCAG 2.2), by a second implementation. */
function contrastOf(one: string, other: string): number {
  const luminance = (colour: string) => {
    const value = Number(`0x${colour.slice(1)}`)
    const channels = [value >> 16, (value >> 8) & 255, value & 255].map(byte => {
      const share = byte / 255
      return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4)
    })
    return (channels[0] ?? 0) * 0.2126 + (channels[1] ?? 0) * 0.7152 + (channels[2] ?? 0) * 0.0722
  }
  const [a, b] = [luminance(one) + 0.05, luminance(other) + 0.05]
  return a > b ? a / b : b / a
}

/** Returns the colours of a page by name, in light and dark mode. */
function coloursIn(html: string): readonly Readonly<Record<string, string>>[] {
  const [, style = ''] = /<style>([^<]*)<\/style>/.exec(html) ?? []
  const blocks = [...style.matchAll(/:root\{([^}]*--paper[^}]*)\}/g)].slice(0, 2)
  return blocks.map(([, block = '']) =>
    Object.fromEntries([...block.matchAll(/--(\w+):(#\w+)/g)].map(([, k, v]) => [k, v])),
  )
}

describe('a brand', () => {
  test('is above and below every page, and in its title', () => {
    const html = pageFor({ ...brand, text: 'Call us' })
    expect(html).toContain('<header><p><bdi>Klinikum am Park</bdi></p></header>')
    expect(html).toContain('<footer><p><bdi>Call us</bdi></p></footer>')
    expect(html).toContain('<title>This link no longer works · Klinikum am Park</title>')
  })

  test('is in the viewer’s language, or in English if it has no text in that language', () => {
    const text = { en: 'Questions?', de: 'Fragen?' }
    expect(pageFor({ ...brand, text }, 'de')).toContain('<footer><p><bdi>Fragen?</bdi></p></footer>')
    expect(pageFor({ ...brand, text }, 'fr')).toContain('<footer><p><bdi>Questions?</bdi></p></footer>')
  })

  test('may have a logo, which replaces its name on each page, is described by it, and is all that a page may load', () => {
    const logo = pngOf(300)
    const page = createPages({ ...brand, name: 'A & B', logo }, manualClock()).refusal(
      displayedRefusal('spent', false),
      '',
    )
    expect(page.html).toContain(`<header><img src="data:image/png;base64,${logo}" alt="A &#38; B"></header>`)
    expect(page.policy).toMatch(/^default-src 'none'; .*; form-action 'none'; img-src data:$/)
    expect(createPages(brand, manualClock()).refusal(displayedRefusal('spent', false), '').policy).not.toContain('img')
  })

  test('is optional: without one, a page has no header and no footer', () => {
    expect(pageFor(undefined)).not.toMatch(/<header|<footer| · /)
  })

  test('of any colour has a button with contrasts of 4.5:1 for its text and 3:1 for its rim, in light and dark mode', () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map(value => `#${value.toString(16).padStart(6, '0')}`)
    const property = fc.property(
      fc.oneof(colour, fc.constantFrom('#ffffff', '#000000', '#767676', '#777777', '#FFD400')),
      of => {
        const schemes = coloursIn(pageFor({ name: 'x', colour: of }))
        expect(schemes).toHaveLength(2)
        for (const { act = '', on = '', rim = '', sheet = '', ink = '', soft = '', paper = '' } of schemes) {
          expect(act).toBe(of)
          expect(['#000000', '#ffffff']).toContain(on)
          expect(contrastOf(act, on)).toBeGreaterThanOrEqual(4.5)
          expect(contrastOf(rim, sheet)).toBeGreaterThanOrEqual(3)
          for (const text of [ink, soft])
            for (const below of [sheet, paper]) expect(contrastOf(text, below)).toBeGreaterThanOrEqual(7)
        }
      },
    )
    fc.assert(property, { numRuns: 2000 })
  })

  test('has its own style, which its policy allows', () => {
    const expiresAt = 0 as EpochSeconds
    const confirmation = { form: 'x'.repeat(22), expiresAt, again: false, media: false, file: undefined }
    const policies = [undefined, brand, { ...brand, colour: '#ffd400' }].map(
      of => createPages(of, manualClock()).confirmation(confirmation, '').policy,
    )
    expect(new Set(policies).size).toBe(3)
  })
})

describe('a deployment’s brand', () => {
  test.each([
    brand,
    { ...brand, colour: '#FFD400', text: 'Call +49 30 5550 0123' },
    {
      ...brand,
      name: '日'.repeat(60),
      text: Object.fromEntries(languages.map(language => [language, 'x'.repeat(300)])),
    },
    { ...brand, logo: pngOf(8192) },
  ])('may be %j, and reaches the edge as in the settings', of => {
    expect(parseDeployment({ ...deployment, brand: of }).brand).toEqual(of)
    expect(deploymentOf(parseSettings({ homeRegions: ['eu-west-1'], brand: of })).brand).toEqual(of)
  })

  const wholly = 'an object with name and colour, perhaps text and logo, and nothing else'
  const aLogo = 'allowed: a PNG of at most 8192 bytes, in base64'
  const textual = `allowed: text of 1 to 300 characters on one line, or an object from ${languages.join(', ')}`
  test.each([
    ['text', 'Klinikum', `brand: got "Klinikum", allowed: ${wholly}`],
    ['with an icon', { ...brand, icon: 'x' }, `brand.icon: got "icon", allowed: ${wholly}`],
    ['with a logo that is too large', { ...brand, logo: pngOf(8193) }, aLogo],
    ['with an SVG', { ...brand, logo: btoa('<svg xmlns="http://www.w3.org/2000/svg"/>') }, aLogo],
    ['with a logo that is an address', { ...brand, logo: 'https://a.example/logo.png' }, aLogo],
    ['with a logo that ends its attribute', { ...brand, logo: `${pngOf(100)}" onload="x` }, aLogo],
    ['with a long name', { ...brand, name: 'x'.repeat(61) }, 'allowed: a name of 1 to 60 characters on one line'],
    ['of a named colour', { ...brand, colour: 'red' }, 'brand.colour: got "red", allowed: a colour such as #0a5f8c'],
    ['of a colour that ends a style', { ...brand, colour: '#000000}' }, 'brand.colour: got "#000000}", allowed'],
    ['without an English text', { ...brand, text: { de: 'x' } }, `brand.text: got {"de":"x"}, ${textual}`],
  ])('%s is refused, by name', (_, of, message) => {
    expect(() => parseDeployment({ ...deployment, brand: of })).toThrow(message)
  })
})
