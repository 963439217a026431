import { useLayoutEffect } from 'preact/hooks'
import { contrast, readableOn, schemes } from '../../edge/pages/style.ts'
import type { Setup } from '../protocol.ts'
import { texts } from './language.ts'

/** What the deployment shows above its pages, and its colour for the buttons that go on. */
export function BrandLine({ brand: { name, colour, logo } }: { readonly brand: NonNullable<Setup['brand']> }) {
  useLayoutEffect(() => {
    const { style } = document.documentElement
    for (const [variable, value] of Object.entries(buttonColours(colour))) style.setProperty(`--${variable}`, value)
    document.title = `${texts().title} · ${name}`
  })
  return (
    <p class="brand">
      {logo === undefined ? <bdi>{name}</bdi> : <img src={`data:image/png;base64,${logo}`} alt={name} />}
    </p>
  )
}

/** Returns the colours of such a button as on the pages of recipients, as values of CSS. */
function buttonColours(colour: string): Readonly<Record<'act' | 'on' | 'rim', string>> {
  // The rim keeps a button visible whose colour is close to the page's (WCAG 2.2, 1.4.11).
  const rims = [schemes.light, schemes.dark].map(({ sheet, ink }) => (contrast(colour, sheet) >= 3 ? colour : ink))
  return { act: colour, on: readableOn(colour), rim: `light-dark(${rims.join(', ')})` }
}
