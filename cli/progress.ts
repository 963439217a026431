const megabyte = 1_000_000
const width = 20

/** `report.pdf  [########------------]  40 %  12.3 of 30.8 MB`; without a bar where the total is not known. */
export function progress(name: string, done: number, total: number | undefined): string {
  const inMegabytes = (bytes: number) => (bytes / megabyte).toFixed(1)
  if (total === undefined) return `${name}  ${inMegabytes(done)} MB`
  const share = total === 0 ? 1 : Math.min(done / total, 1)
  const filled = Math.round(share * width)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`
  return `${name}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${inMegabytes(done)} of ${inMegabytes(total)} MB`
}
