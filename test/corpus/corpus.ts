import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One request as something sends it that isn't a person. */
export interface Step {
  /** As it goes over the wire, odd casing included. */
  readonly method: string
  /** Whose headers it sends, by name in clients.json. */
  readonly as?: string
  /** Sent beside and instead of those; an empty one isn't sent. */
  readonly headers?: Readonly<Record<string, string>>
  /** What it adds to the address of the link. */
  readonly path?: string
  readonly body?: string
  /** Sends the form of the page it got last: whatever address, fields and buttons that has. Without a page, nothing. */
  readonly postsForm?: { readonly fields?: Readonly<Record<string, string>>; readonly at?: 'another edge' }
  /** The jar in which it keeps cookies, and from which it sends them. Without one it knows none. */
  readonly cookies?: string
  /** How long it waits first. */
  readonly pauseMs?: number
  /** Where this request differs from its shape. */
  readonly announces?: boolean
}

/** What something does with a link that isn't for it. */
export interface Shape {
  readonly name: string
  /** Where it is known from; what isn't known is said. */
  readonly source: string
  /** It says of itself, in every request that could use a link, that it is a robot or that it prefetches or previews. */
  readonly announces: boolean
  readonly steps: readonly Step[]
  /** The file it is in. */
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

/** The headers of a step, as it is known to send them. Throws when its client isn't in clients.json. */
export function headersOf({ as, headers }: Pick<Step, 'as' | 'headers'>): Record<string, string> {
  const known = as === undefined ? {} : clients[as]
  if (known === undefined) throw new Error(`clients.json has no ${as}`)
  const all = Object.entries({ ...known, ...headers })
  return Object.fromEntries(all.filter(([, value]) => value !== ''))
}
