import type { Machine } from './explore.ts'
import { flag, number, oneOf, partsOf } from './parts.ts'

/**
 * The promises of the file of a link, from the right on that its redemption handed out: api/uploads/received.ts, for explore.ts.
 *
 * MODELLED: requests of two tabs at the APIs of two Regions, each with a record of its own. A request may end at any step, and a call be
 * executed late, twice or never. At any time the right may end, the link be revoked, and another part be sent.
 *
 * ASSUMED, and not checked: the link is read strongly consistent. What a request reads before its first write is one step, and so is what
 * S3 does. There are two uploads at most, and one call that comes late. S3 discards no upload by itself.
 */
export const uploadPromises = {
  F1: 'At most one object is made.',
  F2: 'No completion that begins after the end of the right, or after a revocation was acknowledged, makes an object.',
  F3: 'No file is said to be received, unless that file is there.',
} as const

/** All guards of the file of a link, each with the promise that breaks without it. */
export const uploadGuards = {
  'a completion reads the link': 'F2',
  'a note comes before the object': 'F3',
  'a note is of the open upload': 'F3',
  'a note stays': 'F3',
  'after a note nothing begins': 'F3',
  'after a note nothing ends': 'F3',
  'after a note a beginning may be repeated': 'F3',
  'what has ended does not begin again': 'F3',
  'If-None-Match': 'F1',
} as const satisfies Record<string, keyof typeof uploadPromises>

/** Name of a guard of the file of a link. */
export type UploadGuard = keyof typeof uploadGuards

/** A file is named by its upload and which of two parts that has: 2 * upload + 0 or 1. No upload and no file are 0. */
const [upload, file] = [number(2), number(3)]
const rights = partsOf({
  link: oneOf('used', 'revoked', 'acknowledged'),
  hasEnded: flag,
  object: file,
  broken: oneOf<keyof typeof uploadPromises | 'nothing'>('nothing', 'F1', 'F2', 'F3'),
})
const records = partsOf({ last: upload, isOpen: flag, noted: file })
const uploads = partsOf({ is: oneOf('nowhere', 'open', 'gone'), hasOther: flag })
/** The call that a request waits for. `former`: the upload that it replaces; `file`: what it read as noted, then what it makes. */
const calls = partsOf({
  is: oneOf('none', 'begin', 'end', 'abort', 'list', 'note', 'complete', 'look'),
  region: number(1),
  isLate: flag,
  upload,
  former: upload,
  file,
})
const none = { is: 'none', region: 0, isLate: false, upload: 0, former: 0, file: 0 } as const

type Call = ReturnType<typeof calls.make>
type World = ReturnType<typeof worldIn>
type Lacks = (guard: UploadGuard) => boolean

/** What can happen: how a reader is shown it, when it can, and what it changes. */
type Rule = readonly [name: () => string, can: () => boolean, act: () => void]

/** Makes the file of a link as a machine, perhaps without a guard. */
export function uploadMachine(removed?: UploadGuard): Machine {
  const bytes = new Uint8Array(16)
  const world = worldIn(bytes)
  const { right, records: all, s3 } = world
  const rules = rulesOf(world, guard => guard === removed)
  // A request for the state then gets received.
  const isUntrue = () => all.some(({ noted }) => noted !== right.object && s3[noted >> 1]?.is === 'gone')
  return {
    bytes: bytes.length,
    first: into => into.fill(0),
    expand(from, to, reached) {
      for (const [step, [, can, act]] of rules.entries()) {
        bytes.set(from)
        if (!can()) continue
        act()
        to.set(bytes)
        reached(step)
      }
    },
    name: (from, step) => (bytes.set(from), rules[step]?.[0]() ?? ''),
    broken(state) {
      bytes.set(state)
      return right.broken === 'nothing' ? (isUntrue() ? 'F3' : undefined) : right.broken
    },
    targets: { 'a file is there': state => (bytes.set(state), right.object > 0) },
  }
}

function worldIn(bytes: Uint8Array) {
  return {
    right: rights.make(bytes, 0),
    records: [2, 3].map(at => records.make(bytes, at)),
    // An upload is at its number; none has 0.
    s3: [4, 5, 6].map(at => uploads.make(bytes, at)),
    tabs: [8, 10].map(at => calls.make(bytes, at)),
    late: calls.make(bytes, 12),
  }
}

function rulesOf(world: World, lacks: Lacks): readonly Rule[] {
  const { right, s3, tabs, late } = world
  const execute = stepsOf(world, lacks)
  const called = ({ is, upload: id, region }: Call) => `Region ${region}'s call to ${is} upload ${id}`
  const copy = ({ bytes, at }: Call) => bytes.copyWithin(late.at, at, at + calls.size)
  return [
    ...tabs.flatMap((tab): readonly Rule[] => {
      const isBusy = () => tab.is !== 'none'
      return [
        ...requestsOf(tab, world, lacks),
        [() => `${called(tab)} is executed`, isBusy, () => execute(tab, true)],
        [() => `${called(tab)} is sent twice`, () => isBusy() && late.is === 'none', () => copy(tab)],
        [() => `after ${called(tab)} its request ends`, isBusy, () => Object.assign(tab, none)],
      ]
    }),
    [
      () => `${called(late)} is executed late`,
      () => late.is !== 'none',
      () => (execute(late, false), Object.assign(late, none)),
    ],
    ...s3.map((of, id): Rule => {
      const can = () => of.is === 'open' && !of.hasOther
      return [() => `upload ${id} gets another part`, can, () => (of.hasOther = true)]
    }),
    [() => 'the right ends', () => !right.hasEnded, () => (right.hasEnded = true)],
    [() => 'the link is revoked', () => right.link === 'used', () => (right.link = 'revoked')],
    [() => 'the revocation is acknowledged', () => right.link === 'revoked', () => (right.link = 'acknowledged')],
  ]
}

/** Returns how requests of a tab begin: with what they read before their first write. */
function requestsOf(tab: Call, { right, records: all, s3 }: World, lacks: Lacks): readonly Rule[] {
  const next = () => s3.findIndex(({ is }, id) => id > 0 && is === 'nowhere')
  const isUsed = () => right.link === 'used' && !right.hasEnded
  return all.flatMap((record, region): readonly Rule[] => {
    const isFree = (guard: UploadGuard) => tab.is === 'none' && (record.noted === 0 || lacks(guard))
    const reads = () => tab.is === 'none' && (isUsed() || lacks('a completion reads the link')) && record.isOpen
    const send = (call: Partial<typeof none | Call>) => Object.assign(tab, { region, upload: record.last, ...call })
    const isLate = () => right.link === 'acknowledged' || right.hasEnded
    const begin = () => {
      send({ is: 'begin', upload: next(), former: record.last })
      Object.assign(s3[tab.upload] ?? {}, { is: 'open' })
    }
    const named = (what: string) => () => `Region ${region} is asked to ${what} an upload`
    return [
      [named('begin'), () => isFree('after a note nothing begins') && isUsed() && next() > 0, begin],
      [named('end'), () => isFree('after a note nothing ends') && record.isOpen, () => send({ is: 'end' })],
      [named('complete'), reads, () => send({ is: 'list', isLate: isLate(), file: record.noted })],
    ]
  })
}

/** Returns what executes a call. Its request goes on with the next one, if it gets the response. */
function stepsOf({ right, records: all, s3 }: World, lacks: Lacks) {
  return (call: Call, isHeard: boolean): void => {
    const { region, upload: id, former, file: made, isLate } = call
    const [record, of] = [all[region], s3[id]] as [World['records'][number], World['s3'][number]]
    const parts = 2 * id + Number(of.hasOther)
    const isNamed = record.last === id && record.isOpen
    const isFree = (guard: UploadGuard) => record.noted === 0 || lacks(guard)
    const breaks = (promise: keyof typeof uploadPromises) => Object.assign(right, { broken: promise })
    const received = () => {
      if (isHeard && right.object !== made) breaks('F3')
      return none
    }
    const next: Readonly<Record<Call['is'], () => Partial<typeof none | Call>>> = {
      none: () => none,
      begin() {
        const isNext = record.last === former || (!record.isOpen && lacks('what has ended does not begin again'))
        const begins = isNext && isFree('after a note nothing begins')
        const repeats = isNamed && (record.noted === 0 || !lacks('after a note a beginning may be repeated'))
        if (begins) Object.assign(record, { last: id, isOpen: true, noted: 0 })
        return { is: 'abort', upload: begins || repeats ? former : id, former: 0 }
      },
      end() {
        if (record.last !== id || !isFree('after a note nothing ends')) return none
        Object.assign(record, { isOpen: false, noted: 0 })
        return { is: 'abort' }
      },
      abort() {
        if (of.is === 'open') of.is = 'gone'
        return none
      },
      list() {
        if (of.is === 'gone') return made === 0 ? none : received()
        return { is: lacks('a note comes before the object') ? 'complete' : 'note', file: parts }
      },
      note() {
        const isOf = isNamed || lacks('a note is of the open upload')
        if (!isOf || !(isFree('a note stays') || record.noted === made)) return none
        record.noted = made
        return { is: 'complete' }
      },
      complete() {
        if (right.object > 0 && !lacks('If-None-Match')) return { is: 'look' }
        if (of.is === 'gone') return received()
        if (made !== parts) return none
        if (isLate) breaks('F2')
        if (right.object > 0) breaks('F1')
        right.object = made
        of.is = 'gone'
        return received()
      },
      look: () => (of.is === 'gone' ? received() : none),
    }
    Object.assign(call, next[call.is]())
  }
}
