/** What the page has to know of the emulator it came from. */
export interface Setup {
  /** The origins of the edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  /** The Regions that a link may live in, the default first. */
  readonly homeRegions: readonly string[]
  readonly mode: 'home' | 'strong'
  /** A file that is there to begin with; absent when the bucket is empty. */
  readonly sampleKey?: string
}
