import { encode } from 'uqr'

const svg = 'http://www.w3.org/2000/svg'

/** Width of the light margin in modules: with less than four, scanners may not find the code (ISO/IEC 18004). */
const quiet = 4

/** Draws a text's QR code as one path. The ground is light in any colour scheme: scanners expect dark on light. */
export function qrOf(text: string): SVGSVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  const picture = document.createElementNS(svg, 'svg')
  const extent = size + 2 * quiet
  picture.setAttribute('viewBox', `${-quiet} ${-quiet} ${extent} ${extent}`)
  picture.setAttribute('role', 'img')
  picture.setAttribute('aria-label', 'QR code of the link')
  picture.setAttribute('shape-rendering', 'crispEdges')
  const path = document.createElementNS(svg, 'path')
  path.setAttribute('d', dark.join(''))
  picture.append(path)
  return picture
}
