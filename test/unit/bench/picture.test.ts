import { expect, test } from 'vitest'
import { drawColdStarts } from '../../../bench/edge/picture.ts'
import type { ColdStart, ColdStartFigures } from '../../../bench/edge/experiment.ts'

/** A cold start at 20 ms; the picture shows no other round trip. */
function start(totalMs: number, afterInitMs: number) {
  const shown: ColdStart = {
    totalMs,
    initMs: totalMs - afterInitMs,
    afterInitMs,
    range: [totalMs * 0.9, totalMs * 1.2],
    rounds: 15,
  }
  return { 20: shown, 80: { ...shown, totalMs: NaN }, 200: { ...shown, totalMs: NaN } }
}

const figures: ColdStartFigures = {
  shipped: { strict: start(1741, 113), burst: start(211, 37) },
  baseline: { strict: start(3339, 811), burst: start(1013, 821) },
  seed: { strict: start(4363, 1967), burst: start(1181, 971) },
  empty: { strict: start(773, 2), burst: start(59, 3) },
  bare: { strict: start(1381, 149), burst: start(229, 139) },
}
const svg = drawColdStarts(figures)

/** Returns the names of elements that are not closed; throws if a tag is malformed or closes another element. */
function unclosed(xml: string): readonly string[] {
  const open: string[] = []
  for (const [tag = '', text = ''] of xml.matchAll(/<[^>]*>|([^<]+)/g)) {
    expect(text).not.toMatch(/[&>]/)
    if (text !== '') continue
    const [, slash, name = '', end] = /^<(\/?)([a-z]+)(?: [\w:-]+="[^"<&]*")*(\/?)>$/.exec(tag) ?? []
    expect(name, tag).not.toBe('')
    if (slash === '/') expect(open.pop()).toBe(name)
    else if (end !== '/') open.push(name)
  }
  return open
}

test('is well-formed, small and self-contained, without scripts and with a description', () => {
  expect(unclosed(svg)).toEqual([])
  expect(Buffer.byteLength(svg)).toBeLessThan(8000)
  expect(svg).not.toMatch(/<script|href|url\(|@import|NaN|undefined|Infinity/)
  expect(svg).toMatch(
    /^<svg [^>]*role="img" aria-labelledby="title desc">\n<title id="title">[^<]+<\/title>\n<desc id="desc">/,
  )
})

test('is the same for the same figures', () => {
  expect(drawColdStarts(structuredClone(figures))).toBe(svg)
})

test('says each wait, in its bars and in its description', () => {
  for (const [total, after] of [
    ['1,741', 113],
    ['3,339', 811],
    ['4,363', '1,967'],
    ['773', 2],
    ['211', 37],
    ['1,013', 821],
    ['1,181', 971],
    ['59', 3],
  ]) {
    expect(svg).toContain(`>${total} ms</tspan>, ${after} after init<`)
    expect(svg).toMatch(new RegExp(`<desc id="desc">[^<]* ${total} ms`))
  }
  for (const total of ['1,381', '229']) expect(svg).toContain(`>floor ${total} ms<`)
  for (const ratio of ['0.52', '0.21']) expect(svg).toContain(`>${ratio}</tspan> of the plain AWS SDK<`)
  expect(svg).toContain('Medians of 15 starts')
})

test('has bars whose parts are as long as the waits, one scale for all, and the floor where its wait ends', () => {
  const numberIn = (tag: string, name: string) => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(tag)?.[1])
  const bars = [...svg.matchAll(/<rect class="[op][12]" [^>]*height="18"\/>/g)].map(([tag]) => ({
    from: numberIn(tag, 'x'),
    length: numberIn(tag, 'width'),
  }))
  const waits = (['strict', 'burst'] as const).flatMap(init =>
    (['shipped', 'baseline', 'seed', 'empty'] as const).flatMap(name => {
      const { totalMs, afterInitMs } = figures[name][init][20]
      return [totalMs - afterInitMs, afterInitMs]
    }),
  )
  expect(bars).toHaveLength(waits.length)
  const scale = (bars[4]?.length ?? NaN) / (waits[4] ?? NaN)
  bars.forEach(({ length }, index) => expect(Math.abs(length - (waits[index] ?? NaN) * scale)).toBeLessThan(0.15))
  const floors = [...svg.matchAll(/class="f" d="M([\d.]+) \d+V/g)].map(([, x]) => Number(x) - (bars[0]?.from ?? NaN))
  expect(floors.map(x => Math.round(x / scale / 5))).toEqual([1381, 229].map(ms => Math.round(ms / 5)))
})

test('a contender without figures, or with a figure that is no number, is an error that names it', () => {
  const { seed: _, ...others } = figures
  expect(() => drawColdStarts(others as ColdStartFigures)).toThrow(
    'the picture needs the cold start of seed, strict, at 20 ms: got none',
  )
  const broken = { ...figures, bare: { ...figures.bare, burst: start(NaN, 139) } }
  expect(() => drawColdStarts(broken)).toThrow(/the cold start of bare, burst, at 20 ms: got {"totalMs":null/)
  const longer = { ...figures, empty: { ...figures.empty, burst: start(59, 60) } }
  expect(() => drawColdStarts(longer)).toThrow(/the cold start of empty, burst/)
})

/** Relative luminance and contrast (WCAG 2.2). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const digits = colour.length === 4 ? colour.replace(/[\da-f]/g, '$&$&') : colour
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
      const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

test.each(['light', 'dark'])(
  'can be read on a %s screen: texts have a contrast of 4.5, bars and lines of 3',
  scheme => {
    const [light = '', dark = ''] = (/<style>([^<]*)/.exec(svg)?.[1] ?? '').split('@media(prefers-color-scheme:dark){')
    const style = scheme === 'light' ? light : dark
    const colour = (name: string, property: string) =>
      new RegExp(`(?:^|[}\\s,{])${name.replace('.', '\\.')}{(?:[^}]*;)?${property}:(#[\\da-f]{3,6})`).exec(
        style,
      )?.[1] ?? ''
    const background = colour('.bg', 'fill')
    for (const name of ['text', '.m', '.ft'])
      expect(contrast(colour(name, 'fill'), background), name).toBeGreaterThan(4.5)
    for (const name of ['.o1', '.o2', '.p1', '.p2'])
      expect(contrast(colour(name, 'fill'), background), name).toBeGreaterThan(3)
    for (const name of ['.w', '.f']) expect(contrast(colour(name, 'stroke'), background), name).toBeGreaterThan(3)
    for (const kind of ['.o', '.p'])
      expect(contrast(colour(`${kind}1`, 'fill'), colour(`${kind}2`, 'fill')), kind).toBeGreaterThan(2)
  },
)
