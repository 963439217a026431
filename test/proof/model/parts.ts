/** A field: how many bits it takes, and what each number in them means. */
interface Field<Value> {
  readonly bits: number
  readonly values?: readonly Value[]
}

type Fields = Readonly<Record<string, Field<unknown>>>

/** A part of a state: its fields are read from its bytes, and written into them. */
type Part<Of extends Fields> = Place & {
  -readonly [Name in keyof Of]: Of[Name] extends Field<infer Value> ? Value : never
}

/** A field that is true or false. */
export const flag: Field<boolean> = { bits: 1, values: [false, true] }

/** Makes a field of a number from 0. */
export function number(bits: number): Field<number> {
  return { bits }
}

/** Makes a field of one of these values; the first is 0. */
export function oneOf<Value extends string>(...values: readonly Value[]): Field<Value> {
  return { bits: Math.ceil(Math.log2(values.length)), values }
}

class Place {
  readonly bytes: Uint8Array
  readonly at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }
}

/** Returns how many bytes a part of these fields takes, and makes such parts. No field lies in two bytes. */
export function partsOf<Of extends Fields>(fields: Of) {
  class PartOf extends Place {}
  let at = 0
  for (const [name, field] of Object.entries(fields)) {
    if ((at % 8) + field.bits > 8) at = 8 * Math.ceil(at / 8)
    Object.defineProperty(PartOf.prototype, name, accessorsOf(field, at))
    at += field.bits
  }
  return { size: Math.ceil(at / 8), make: (bytes: Uint8Array, from: number) => new PartOf(bytes, from) as Part<Of> }
}

function accessorsOf({ bits, values }: Field<unknown>, at: number) {
  const [byte, shift, most] = [at >> 3, at % 8, (1 << bits) - 1]
  return {
    get(this: Place) {
      const code = ((this.bytes[this.at + byte] as number) >> shift) & most
      return values === undefined ? code : values[code]
    },
    set(this: Place, value: unknown) {
      const code = values === undefined ? (value as number) : values.indexOf(value)
      if (code < 0 || code > most) throw new Error(`${String(value)} does not fit into ${bits} bits`)
      const place = this.at + byte
      this.bytes[place] = ((this.bytes[place] as number) & ~(most << shift)) | (code << shift)
    },
  }
}
