/** A QR code: rows of modules without the quiet zone, true for dark. */
export type Modules = readonly (readonly boolean[])[]

/** Data codewords of each block, by version and level (00 M, 01 L, 10 H, 11 Q): ISO/IEC 18004, table 9. */
const blocks: Readonly<Record<number, Readonly<Record<number, readonly number[]>>>> = {
  4: { 0: [32, 32], 1: [80], 2: [9, 9, 9, 9], 3: [24, 24] },
  5: { 0: [43, 43], 1: [108], 2: [11, 11, 12, 12], 3: [15, 15, 16, 16] },
  6: { 0: [27, 27, 27, 27], 1: [68, 68], 2: [15, 15, 15, 15], 3: [19, 19, 19, 19] },
}

/** Whether a mask inverts a module, by column and row (ISO/IEC 18004, table 10). */
const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  x => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

/**
 * Returns the text of a QR code of version 4 to 6 in byte mode, by the standard and not by the package that draws it.
 * Corrects no errors: with a wrong module the text is wrong, or it throws.
 */
export function readQr(modules: Modules): string {
  const size = modules.length
  const version = (size - 17) / 4
  const { level, mask } = formatOf(modules)
  const lengths = blocks[version]?.[level]
  if (lengths === undefined) throw new Error(`unsupported QR code: ${size} modules, level ${level}`)
  const codewords = bytesOf(pathThrough(size).map(([x, y]) => modules[y]?.[x] !== masks[mask]?.(x, y)))
  const data = bitsOf(dataCodewords(codewords, lengths))
  if (data.slice(0, 4) !== '0100') throw new Error(`not in byte mode: ${data.slice(0, 4)}`)
  const count = Number.parseInt(data.slice(4, 12), 2)
  const text = Array.from({ length: count }, (_, index) => Number.parseInt(data.substr(12 + 8 * index, 8), 2))
  return Buffer.from(text).toString('utf8')
}

/** Reads the format beside the upper left finder pattern. */
function formatOf(modules: Modules): { level: number; mask: number } {
  const places = [0, 1, 2, 3, 4, 5, 7, 8].map(y => [8, y]).concat([7, 5, 4, 3, 2, 1, 0].map(x => [x, 8]))
  const bits = places.reduce((sum, [x = 0, y = 0], index) => sum | (Number(modules[y]?.[x] ?? false) << index), 0)
  const format = (bits ^ 0b101010000010010) >> 10
  return { level: format >> 3, mask: format & 7 }
}

/** Returns every data module in the order of the bits: pairs of columns from the right, up and down in turn. */
function pathThrough(size: number): readonly (readonly [number, number])[] {
  const rights = Array.from({ length: (size - 1) / 2 }, (_, pair) => size - 1 - 2 * pair).map(x => (x <= 6 ? x - 1 : x))
  return rights.flatMap((right, pair) => {
    const rows = Array.from({ length: size }, (_, row) => (pair % 2 === 0 ? size - 1 - row : row))
    return rows.flatMap(y => [right, right - 1].filter(x => !isFunction(x, y, size)).map(x => [x, y] as const))
  })
}

/** Returns true for modules of finder, timing and alignment patterns, and of the format. */
function isFunction(x: number, y: number, size: number): boolean {
  const finder = (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8)
  const aligned = Math.abs(x - (size - 7)) <= 2 && Math.abs(y - (size - 7)) <= 2
  return finder || x === 6 || y === 6 || aligned
}

function bytesOf(bits: readonly boolean[]): readonly number[] {
  const length = Math.floor(bits.length / 8)
  return Array.from({ length }, (_, byte) =>
    bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit) => 2 * sum + Number(bit), 0),
  )
}

/** Sorts codewords by block; the code has one of each block in turn. */
function dataCodewords(codewords: readonly number[], lengths: readonly number[]): readonly number[] {
  const byBlock = lengths.map(() => [] as number[])
  let next = 0
  for (let index = 0; index < Math.max(...lengths); index += 1) {
    for (const [block, length] of lengths.entries()) if (index < length) byBlock[block]?.push(codewords[next++] ?? 0)
  }
  return byBlock.flat()
}

function bitsOf(bytes: readonly number[]): string {
  return bytes.map(byte => byte.toString(2).padStart(8, '0')).join('')
}
