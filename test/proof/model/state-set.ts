/** Room for this many states at first; it doubles when full. */
const firstRoom = 1 << 14
/** What the table holds where it holds nothing. */
const nothing = -1

/**
 * A set of states that remembers the order in which they came: all states in one growing array of 32-bit words, and an
 * open-addressing table of their indexes. Objects in a `Set` would take ten times the memory.
 */
export class StateSet {
  readonly #words: number
  /** The state asked about, as words and as bytes. */
  readonly #one: Uint32Array
  readonly #oneAsBytes: Uint8Array
  #size = 0
  #room = firstRoom
  #states: Uint32Array<ArrayBuffer>
  #table = new Int32Array(firstRoom * 2).fill(nothing)

  /** For states of so many bytes, a multiple of four. */
  constructor(bytes: number) {
    this.#words = bytes / 4
    this.#oneAsBytes = new Uint8Array(bytes)
    this.#one = new Uint32Array(this.#oneAsBytes.buffer)
    this.#states = new Uint32Array(firstRoom * this.#words)
  }

  /** How many states there are; their indexes are those below. */
  get size(): number {
    return this.#size
  }

  /** True when `state` was not in the set; now it is, as the last. */
  add(state: Uint8Array): boolean {
    this.#oneAsBytes.set(state)
    const place = this.#placeOfOne()
    if (this.#table[place] !== nothing) return false
    this.#table[place] = this.#size
    this.#states.set(this.#one, this.#size * this.#words)
    this.#size += 1
    if (this.#size === this.#room) this.#grow()
    return true
  }

  /** Writes the state at `index` into `into`, and returns that. */
  read(index: number, into: Uint8Array): Uint8Array {
    const offset = index * this.#words
    for (let word = 0; word < this.#words; word += 1) this.#one[word] = this.#states[offset + word] as number
    into.set(this.#oneAsBytes)
    return into
  }

  /** Where the state asked about is in the table, or the free place where it belongs. */
  #placeOfOne(): number {
    const mask = this.#table.length - 1
    let place = hashOf(this.#one, 0, this.#words) & mask
    while (this.#table[place] !== nothing && !this.#isOneAt(this.#table[place] as number)) place = (place + 1) & mask
    return place
  }

  #isOneAt(index: number): boolean {
    const offset = index * this.#words
    for (let word = 0; word < this.#words; word += 1) {
      if (this.#states[offset + word] !== this.#one[word]) return false
    }
    return true
  }

  #grow(): void {
    this.#room *= 2
    this.#states = new Uint32Array(this.#states.buffer.transfer(this.#room * this.#words * 4))
    this.#table = new Int32Array(this.#room * 2).fill(nothing)
    const mask = this.#table.length - 1
    for (let index = 0; index < this.#size; index += 1) {
      let place = hashOf(this.#states, index * this.#words, this.#words) & mask
      while (this.#table[place] !== nothing) place = (place + 1) & mask
      this.#table[place] = index
    }
  }
}

/** Mixes words as MurmurHash3's finalizer does. Only speed hangs on it. */
function hashOf(words: Uint32Array, offset: number, count: number): number {
  let hash = 0
  for (let word = 0; word < count; word += 1) {
    hash = Math.imul(hash ^ (words[offset + word] as number), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}
