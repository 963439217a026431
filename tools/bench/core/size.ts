import { gzipSync } from 'node:zlib'
import type { Measured, Row } from '../measurement.ts'
import type { Workbench } from '../workbench.ts'

/** Measures the bytes of both bundles, uncompressed and gzipped. */
export async function measureSize({ shipped, baseline }: Pick<Workbench, 'shipped' | 'baseline'>): Promise<Measured> {
  const row = (name: string, sizeOf: (code: string) => number): Row => ({
    name,
    unit: 'bytes',
    left: [sizeOf(shipped.code)],
    right: [sizeOf(baseline.code)],
  })
  const minified = row('bundle, minified', code => Buffer.byteLength(code))
  const gzipped = row('bundle, minified and gzipped', code => gzipSync(code).length)
  return {
    table: { title: 'Size', columns: ['shipped', 'baseline'], rows: [minified, gzipped], notes: [] },
    figures: { bundleBytes: Buffer.byteLength(shipped.code) },
  }
}
