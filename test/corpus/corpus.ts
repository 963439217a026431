import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One request of a client that isn't a person. */
export interface Step {
  /** As sent, also in odd case. */
  readonly method: string
  /** Name in clients.json of the client whose headers it sends. */
  readonly as?: string
  /** Headers that add to or replace those; an empty one is not sent. */
  readonly headers?: Readonly<Record<string, string>>
  /** What it appends to the URL of the link. */
  readonly path?: string
  readonly body?: string
  /** Sends the form of its last page, with the URL, fields and buttons of that form. Without a page, sends nothing. */
  readonly postsForm?: { readonly fields?: Readonly<Record<string, string>>; readonly at?: 'another edge' }
  /** Name of the jar that keeps its cookies. Without one it sends and keeps no cookies. */
  readonly cookies?: string
  /** Milliseconds that it waits before the request. */
  readonly pauseMs?: number
  /** Overrides `announces` of the shape for this request. */
  readonly announces?: boolean
}

/** The requests that a client other than its reader makes for a link. */
export interface Shape {
  readonly name: string
  /** Source of the shape; it says what is unknown. */
  readonly source: string
  /** Whether it declares, in every request that could use a link, that it is a robot, prefetches or previews. */
  readonly announces: boolean
  readonly steps: readonly Step[]
  /** Name of its file, without `.json`. */
  readonly family: string
}

const folder = join(import.meta.dirname, 'requests')

/** All shapes, by family. */
export const shapes: readonly Shape[] = readdirSync(folder)
  .toSorted()
  .flatMap(file => {
    const family = file.replace(/\.json$/, '')
    const listed = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Shape, 'family'>[]
    return listed.map(shape => ({ ...shape, family }))
  })

const clients = JSON.parse(readFileSync(join(import.meta.dirname, 'clients.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>

/** Returns the headers of a step. Throws if its client isn't in clients.json. */
export function headersOf({ as, headers }: Pick<Step, 'as' | 'headers'>): Record<string, string> {
  const known = as === undefined ? {} : clients[as]
  if (known === undefined) throw new Error(`clients.json has no ${as}`)
  const all = Object.entries({ ...known, ...headers })
  return Object.fromEntries(all.filter(([, value]) => value !== ''))
}
