import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Finds buttons, labels and lines whose text is wider than they are. */
const cutTexts = `Array.from(document.querySelectorAll('button, .button, label, p, dt, dd, h1, h2, summary, legend, .state'))
  .filter(each => each.checkVisibility() && !each.closest('.hidden-text') && each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
  .map(each => 'cut: ' + each.textContent)`

/**
 * Returns what axe finds after all animations, light and dark, and whether the page is wider than a window, down to 320 pixels, or
 * cuts a text.
 */
export async function faultsIn(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(axe)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.evaluate('Promise.all(document.getAnimations().map(animation => animation.finished))')
    const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })')
    found.push(...violations.flatMap(({ id, nodes }) => nodes.map(node => `${colorScheme} ${id}: ${node.html}`)))
  }
  const { width = 0, height = 0 } = page.viewportSize() ?? {}
  for (const each of [320, width]) {
    await page.setViewportSize({ width: each, height })
    if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) found.push(`wider than ${each}`)
    found.push(...(await page.evaluate<string[]>(cutTexts)))
  }
  return found
}
