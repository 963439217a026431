import type { Brand } from '../../shared/texts/brand.ts'

/** Colours of a page in light and dark mode. Soft text has a contrast of 7:1 on its sheet and on the paper below. */
export const schemes = {
  light: { paper: '#f3f1ec', sheet: '#ffffff', ink: '#1b1f24', soft: '#4b4f56', line: '#dcd8cf' },
  dark: { paper: '#121417', sheet: '#1b1e23', ink: '#eeece8', soft: '#b4b6ba', line: '#363a41' },
} as const

type Scheme = (typeof schemes)[keyof typeof schemes]

/**
 * Returns the style sheet of all pages of a brand; without one, buttons have the colour of ink. Compact,
 * because every page contains it; one for all kinds of page, because policies name it by its hash.
 */
export function createStyleSheet({ colour, logo }: Partial<Brand> = {}): string {
  const { light, dark } = schemes
  return [
    `:root{color-scheme:light dark;${variables(light, colour)}}`,
    `@media(prefers-color-scheme:dark){:root{${variables(dark, colour)}}}`,
    `@media(prefers-contrast:more){:root{--soft:var(--ink);--line:var(--ink);--rim:var(--ink)}}`,
    ...rules,
    ...(logo === undefined ? [] : [logoRule]),
  ].join('')
}

/** The rim keeps a button visible if its colour is close to the sheet's: a contrast of 3:1 (WCAG 2.2, 1.4.11). */
function variables({ paper, sheet, ink, soft, line }: Scheme, colour: Colour = ink): string {
  const rim = contrast(colour, sheet) >= 3 ? colour : ink
  const all = { paper, sheet, ink, soft, line, act: colour, on: readableOn(colour), rim }
  return Object.entries(all)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')
}

/** A logo that was drawn for white paper stays on it in dark mode. */
const logoRule =
  'img{display:block;max-width:100%;max-height:4rem}@media(prefers-color-scheme:dark){img{padding:.5rem;border-radius:4px;background:#fff}}'

const rules = [
  `*{box-sizing:border-box}`,
  `html{-webkit-text-size-adjust:100%;text-size-adjust:100%}`,
  `body{margin:0;padding:1rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Hiragino Sans","Noto Sans CJK JP","Yu Gothic UI",sans-serif;overflow-wrap:break-word;hyphens:auto;line-break:strict}`,
  `.sheet{max-width:35rem;margin:clamp(0rem,4vh + 4vw,9rem) auto 0;padding:clamp(1.5rem,7vw,3.25rem);padding-top:clamp(1.5rem,5.5vw,2.5rem);background:var(--sheet);border:1px solid var(--line);border-top:6px solid var(--act);border-radius:4px 4px 14px 14px}`,
  `.wide{max-width:64rem;margin-top:clamp(0rem,4vh,3rem)}`,
  `header{margin-bottom:clamp(1.75rem,6vw,2.75rem);font-weight:600;color:var(--soft)}`,
  `p{margin:0 0 1rem;text-wrap:pretty}header p,main>:last-child,.live>:last-child,footer p{margin-bottom:0}`,
  `h1{margin:0 0 .75rem;font-size:clamp(1.5rem,1.2rem + 1.6vw,2rem);line-height:1.25;font-weight:650;text-wrap:balance;hyphens:manual}:is(h1,button):lang(ja){word-break:auto-phrase}`,
  `.note{padding:.75rem 1rem;border:1px solid var(--line);border-inline-start:4px solid var(--ink);border-radius:4px}`,
  `form{position:relative;z-index:0;margin:1.75rem 0}`,
  `button,.again{display:flex;align-items:center;justify-content:center;gap:.625rem;min-height:3.5rem;padding:.75rem 1rem;border:2px solid var(--rim);border-radius:10px;background:var(--act);color:var(--on);font:inherit;font-size:1.125rem;font-weight:600;line-height:1.3;text-align:center;text-decoration:none;cursor:pointer;touch-action:manipulation}`,
  `button{width:100%}.again{display:inline-flex;min-height:3rem;margin-top:.5rem;background:none;border-width:1px;border-color:var(--ink);color:var(--ink);font-size:1rem}`,
  `label{display:block;margin-bottom:.375rem;font-weight:600}input{display:block;width:100%;min-height:3.5rem;margin-bottom:1rem;padding:.75rem 1rem;border:2px solid var(--ink);border-radius:10px;background:var(--sheet);color:var(--ink);font:inherit;font-size:1.125rem}`,
  `:focus-visible{outline:3px solid var(--ink);outline-offset:3px}`,
  `button:hover,.again:hover{text-decoration:underline;text-underline-offset:.25em}`,
  `svg{flex:none;width:1.375em;height:1.375em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}`,
  // A double click must not post twice, without scripts: a press moves the shield in front of the button for two
  // seconds, which people can see. Nothing moves, so reduced motion changes nothing.
  `.shield{position:absolute;inset:0;z-index:-1;border-radius:10px;background:var(--sheet);opacity:.6;cursor:progress;transition:z-index 2s step-end}`,
  `button:active+.shield{z-index:1;pointer-events:none;transition:none}`,
  // A hyphen at the end of a line would look like a part of the name.
  `.file{overflow-wrap:anywhere;hyphens:none}time{display:inline-block}.soft span{white-space:nowrap}.file bdi{font-weight:600}.soft,footer{color:var(--soft);font-size:.9375rem}`,
  // Words of a sender can't paint beyond their box, however many marks are stacked on a letter.
  `.words{margin:0 0 1.5rem;padding:1rem 1.25rem;border:1px solid var(--line);border-radius:10px;overflow:hidden;overflow-wrap:anywhere;hyphens:none}.words .soft{margin:0;padding-top:.75rem;border-top:1px solid var(--line)}.from bdi{font-weight:600}.message{white-space:pre-line}`,
  // At its end a part of a page makes room for another, without scripts: both are in one place, and one of them is hidden.
  `.ends{display:grid;grid-template-columns:minmax(0,1fr)}.ends>*{grid-area:1/1;animation:gone 1ms var(--left,0s) forwards}[hidden]{display:block;visibility:hidden;animation-name:come}[hidden]::before{content:attr(data-text)}.later{animation:still 2s step-end}`,
  `@keyframes gone{from,to{visibility:hidden}}@keyframes come{from,to{visibility:visible}}@keyframes still{from{pointer-events:none}}`,
  `video{display:block;width:100%;aspect-ratio:auto 16/9;max-height:75vh;margin:0 0 1.5rem;background:#000;border-radius:6px}`,
  `footer{margin-top:clamp(1.75rem,6vw,2.75rem);padding-top:1rem;border-top:1px solid var(--line)}`,
  `@media print{:root{--paper:#fff;--sheet:#fff;--ink:#000;--soft:#000}.sheet{margin:0}form,video,.again{display:none}}`,
] as const

/** A colour as `#rrggbb`. */
type Colour = string

/** Returns the contrast between two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** Returns black or white, whichever has more contrast on `colour`: at least 4.58, the square root of 21. */
export function readableOn(colour: Colour): Colour {
  return contrast(colour, '#000000') >= contrast(colour, '#ffffff') ? '#000000' : '#ffffff'
}

/** Returns the luminance, from 0 for black to 1 for white (WCAG 2.2, "relative luminance"). */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => linear(parseInt(colour.slice(at, at + 2), 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
}
