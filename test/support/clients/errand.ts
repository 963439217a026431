/** What a client is to do: open a link, and save its file. */
export interface Errand {
  readonly link: string
  /** An empty folder for this errand alone. */
  readonly folder: string
  /** How often it opens the link, one time after the other, with the same cookies and the same secret. */
  readonly visits: 1 | 2
  /** 43 base64url characters for `Once-Client`; only some clients send it. */
  readonly secret: string
}

/** A file that arrived. */
export interface Saved {
  readonly bytes: Buffer
  /** The name under which it was saved, for clients that take it from the response. */
  readonly name?: string | undefined
}

/** Does an errand. Resolves with what arrived at each visit; undefined if it got no file. */
export type Run = (errand: Errand) => Promise<readonly (Saved | undefined)[]>

/** Visits a link as often as the errand says. */
export async function eachVisit(
  { visits }: Errand,
  visit: (index: number) => Promise<Saved | undefined>,
): Promise<readonly (Saved | undefined)[]> {
  const saved: (Saved | undefined)[] = []
  for (let index = 0; index < visits; index += 1) saved.push(await visit(index))
  return saved
}
