import {
  type ColdStart,
  type ColdStartFigures,
  type ContenderName,
  contenderNames,
  type Init,
  inits,
} from './experiment.ts'

/** The round trip of the picture, in milliseconds: a home Region near the viewer. */
const roundTrip = 20

/** Contenders with a bar, in this order. */
const names = {
  shipped: 'once-at-edge',
  baseline: 'plain AWS SDK',
  seed: 'API Gateway and presigned URL',
  empty: 'empty function',
} as const satisfies Partial<Record<ContenderName, string>>

const rows = Object.keys(names) as (keyof typeof names)[]

const headings: Readonly<Record<Init, string>> = {
  strict: 'If AWS throttles init like requests (strict)',
  burst: 'If init runs at full speed (burst)',
}

/** Sizes in the picture's units, which are pixels at full size. */
const [width, margin] = [860, 28]
const [barsX, barsWidth, barHeight] = [250, 420, 18]
const [firstGroupY, groupHeight, rowHeight] = [128, 190, 32]
const ticksY = firstGroupY + inits.length * groupHeight - 8
const height = ticksY + 46

/** Where the parts of the picture are. */
interface Scale {
  /** Returns the x of the end of a wait in milliseconds. */
  x(ms: number): number
  /** Marked waits, in milliseconds. */
  readonly ticks: readonly number[]
}

/** Checked figures of one way of init. */
type Starts = Readonly<Record<ContenderName, ColdStart>>

/**
 * Draws a cold start's wait for the first response at 20 ms to the store, once-at-edge beside the others, as an SVG for
 * light and dark screens. The same figures give the same text. Throws an Error that names the contender if a figure is
 * missing or not a number.
 */
export function drawColdStarts(figures: ColdStartFigures): string {
  const groups = inits.map(init => ({ init, starts: checkedStarts(figures, init) }))
  const all = groups.flatMap(({ starts }) => Object.values(starts))
  const scale = scaleTo(Math.max(...all.flatMap(({ totalMs, range }) => [totalMs, ...range])))
  const subtitle = `From process start to the first redirect, on 0.072 vCPU (Lambda at 128 MB), ${roundTrip} ms from the store`
  const note = `Medians of ${roundsOf(all)} starts; whiskers: fastest to slowest. AWS doesn’t document how Lambda@Edge treats init.`
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${title}</title>`,
    `<desc id="desc">${groups.map(describe).join(' ')}</desc>`,
    `<style>${style}</style>`,
    `<rect class="bg" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    text('h', [margin, 42], title),
    text('m', [margin, 65], subtitle),
    ...legend,
    ...groups.flatMap((group, index) => drawGroup(group, firstGroupY + index * groupHeight, scale)),
    ...scale.ticks.map(ms => text('m c', [scale.x(ms), ticksY], `${ms / 1000} s`)),
    text('m', [margin, height - 17], note),
    '</svg>\n',
  ]
  return parts.join('\n')
}

const title = 'How long a viewer waits at a cold start'

function describe({ init, starts }: { init: Init; starts: Starts }): string {
  const waits = rows.map(name => `${names[name]} ${milliseconds(starts[name].totalMs)}`)
  return `${headings[init]}: ${waits.join(', ')}; the physical floor is ${milliseconds(starts.bare.totalMs)}.`
}

function scaleTo(longestMs: number): Scale {
  const step = [100, 200, 500, 1000, 2000].find(ms => longestMs / ms <= 6) ?? 5000
  return {
    x: ms => barsX + (ms / longestMs) * barsWidth,
    ticks: Array.from({ length: Math.floor(longestMs / step) + 1 }, (_, index) => index * step),
  }
}

function drawGroup({ init, starts }: { init: Init; starts: Starts }, y: number, scale: Scale): readonly string[] {
  const firstY = y + 14
  const endY = firstY + rows.length * rowHeight
  const floorX = rounded(scale.x(starts.bare.totalMs))
  const ratio = (starts.shipped.totalMs / starts.baseline.totalMs).toFixed(2)
  const middles = rows.map((name, index) => ({ name, start: starts[name], y: firstY + (index + 0.5) * rowHeight }))
  return [
    text('g', [margin, y], headings[init]),
    text('e', [width - margin, y], `once-at-edge: <tspan class="b">${ratio}</tspan> of the plain AWS SDK`),
    `<path class="a" d="${scale.ticks.map(ms => `M${rounded(scale.x(ms))} ${firstY}V${endY}`).join('')}"/>`,
    ...middles.flatMap(row => drawBar(row, scale)),
    `<path class="f" d="M${floorX} ${firstY - 4}V${endY + 9}"/>`,
    text('ft', [floorX + 6, endY + 10], `floor ${milliseconds(starts.bare.totalMs)}`),
    // Last, so that a line behind them doesn't cross them.
    ...middles.map(row => drawNumbers(row, scale)),
  ]
}

interface BarRow {
  readonly name: keyof typeof names
  readonly start: ColdStart
  /** The middle of the bar. */
  readonly y: number
}

function drawBar({ name, start: { totalMs, afterInitMs, range }, y }: BarRow, { x }: Scale): readonly string[] {
  const [low, high] = range.map(ms => rounded(x(ms)))
  const below = y + barHeight / 2 + 4
  const kind = name === 'shipped' ? 'o' : 'p'
  const bar = (part: 1 | 2, fromMs: number, toMs: number) =>
    `<rect class="${kind}${part}" x="${rounded(x(fromMs))}" y="${y - barHeight / 2}" width="${rounded(x(toMs) - x(fromMs))}" height="${barHeight}"/>`
  return [
    text(name === 'shipped' ? 'e b' : 'e', [barsX - 12, y + 5], names[name]),
    bar(1, 0, totalMs - afterInitMs),
    bar(2, totalMs - afterInitMs, totalMs),
    `<path class="w" d="M${low} ${below}H${high}M${low} ${below - 2.5}v5M${high} ${below - 2.5}v5"/>`,
  ]
}

function drawNumbers({ start: { totalMs, afterInitMs }, y }: BarRow, { x }: Scale): string {
  const numbers = `<tspan class="b">${milliseconds(totalMs)}</tspan>, ${whole(afterInitMs)} after init`
  return text('n', [x(totalMs) + 10, y + 5], numbers)
}

/** Texts have constant words and numbers only, so nothing needs escaping. */
function text(kind: string, [x, y]: readonly [x: number, y: number], content: string): string {
  return `<text class="${kind}" x="${rounded(x)}" y="${y}">${content}</text>`
}

function square(kind: string, x: number): string {
  return `<rect class="${kind}" x="${x}" y="80" width="12" height="12"/>`
}

const legend = [
  square('o1', margin) + square('p1', 42) + text('m', [60, 91], 'init'),
  square('o2', 98) + square('p2', 112) + text('m', [130, 91], 'after init'),
  '<path class="f" d="M212 86h26"/>',
  text('m', [246, 91], 'physical floor: one TLS connection (begun in init), one signed request, a redirect'),
]

const style = `text{font:13px system-ui,sans-serif;fill:#1f2933}
.h{font-size:20px;font-weight:600}.g{font-size:15px;font-weight:600}.b{font-weight:600}.e{text-anchor:end}.c{text-anchor:middle}
.bg{fill:#fff;stroke:#cbd2d9}.m{fill:#52606d}.a{stroke:#e4e7eb}
.o1{fill:#3a8fd0}.o2{fill:#0b4a80}.p1{fill:#8792a0}.p2{fill:#48535f}
.w,.f{fill:none}.w{stroke:#1f2933}
.f{stroke:#b44d12;stroke-width:1.5;stroke-dasharray:5 3}.ft{fill:#b44d12}
.n{paint-order:stroke;stroke:#fff;stroke-width:4}
@media(prefers-color-scheme:dark){text{fill:#e4e7eb}
.bg{fill:#11161c;stroke:#323f4b}.m{fill:#a7b1bc}.a{stroke:#252e38}
.o1{fill:#2f86c9}.o2{fill:#9bd1ff}.p1{fill:#66727f}.p2{fill:#b9c2cc}
.w{stroke:#e4e7eb}.f{stroke:#f59b5b}.ft{fill:#f59b5b}.n{stroke:#11161c}}`

function checkedStarts(figures: ColdStartFigures, init: Init): Starts {
  return Object.fromEntries(contenderNames.map(name => [name, checkedStart(figures, name, init)])) as Starts
}

function checkedStart(figures: ColdStartFigures, name: ContenderName, init: Init): ColdStart {
  const start = (figures as Partial<ColdStartFigures>)[name]?.[init]?.[roundTrip]
  const { totalMs = NaN, afterInitMs = NaN, range = [], rounds = NaN } = start ?? {}
  const values = [totalMs, afterInitMs, totalMs - afterInitMs, rounds, ...range]
  if (start !== undefined && range.length === 2 && values.every(value => value >= 0 && value < Infinity)) return start
  const got = start === undefined ? 'none' : JSON.stringify(start)
  throw new Error(`the picture needs the cold start of ${name}, ${init}, at ${roundTrip} ms: got ${got}`)
}

function roundsOf(starts: readonly ColdStart[]): string {
  const rounds = starts.map(start => start.rounds)
  const [least, most] = [Math.min(...rounds), Math.max(...rounds)]
  return least === most ? String(least) : `${least} to ${most}`
}

function milliseconds(ms: number): string {
  return `${whole(ms)} ms`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
