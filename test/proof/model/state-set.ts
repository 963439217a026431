/** Number of states for which there is room at first; it doubles when full. */
const firstRoom = 1 << 14
/** Marks a free place of the table. */
const nothing = -1

/**
 * A set of states that keeps the order in which they were added: all states in one growing array of 32-bit words, and
 * an open-addressing table of their indexes. Objects in a `Set` would need ten times the memory.
 */
export class StateSet {
  readonly #words: number
  /** The state to add or read, as words and as bytes of the same buffer. */
  readonly #one: Uint32Array
  readonly #oneAsBytes: Uint8Array
  #size = 0
  #room = firstRoom
  #states: Uint32Array<ArrayBuffer>
  #table = new Int32Array(firstRoom * 2).fill(nothing)

  /** Makes an empty set for states of `bytes` bytes, a multiple of four. */
  constructor(bytes: number) {
    this.#words = bytes / 4
    this.#oneAsBytes = new Uint8Array(bytes)
    this.#one = new Uint32Array(this.#oneAsBytes.buffer)
    this.#states = new Uint32Array(firstRoom * this.#words)
  }

  /** Number of states; their indexes are 0 to `size` - 1. */
  get size(): number {
    return this.#size
  }

  /** Adds `state` as the last, and returns true if it was not in the set. */
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

  /** Writes the state at `index` into `into`, and returns `into`. */
  read(index: number, into: Uint8Array): Uint8Array {
    const offset = index * this.#words
    for (let word = 0; word < this.#words; word += 1) this.#one[word] = this.#states[offset + word] as number
    into.set(this.#oneAsBytes)
    return into
  }

  /** Returns the place of the present state in the table, or the free place where it belongs. */
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

/** Mixes words as MurmurHash3's finalizer does. Only speed depends on it. */
function hashOf(words: Uint32Array, offset: number, count: number): number {
  let hash = 0
  for (let word = 0; word < count; word += 1) {
    hash = Math.imul(hash ^ (words[offset + word] as number), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}
