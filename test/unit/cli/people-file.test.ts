import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePeople } from '../../../cli/links/people-file.ts'

/** Returns the reference and the passphrase of each row, undefined without the column. */
function readIn(text: string, saved?: string) {
  const people = parsePeople(text, saved)
  return people.rows.map(({ cells }) => [cells[people.columnOf('reference')], cells[people.columnOf('passphrase')]])
}

const cell = fc.oneof(
  fc.constantFrom('', ' ', 'Ann', 'Smith, Anna', 'a;b', 'a\tb', '"', 'say ""no""', 'two\r\nlines', 'geheim-2026'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)

/** A table in which each row has text. */
const table = fc
  .record({
    own: fc.subarray(['Name', 'E-Mail', 'Passport', 'Ärztin', '']),
    counted: fc.subarray(['Reference', 'passphrase', ' PASSPHRASE ', 'reference'], { minLength: 1, maxLength: 2 }),
    delimiter: fc.constantFrom(',', ';', '\t'),
    newline: fc.constantFrom('\r\n', '\n', '\r'),
    mark: fc.constantFrom('', '\ufeff'),
    end: fc.boolean(),
    quotesAll: fc.boolean(),
    rows: fc.array(fc.array(cell, { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 300 }),
  })
  .filter(({ counted }) => new Set(counted.map(name => name.trim().toLowerCase())).size === counted.length)

describe('a table of people', () => {
  test('loses and invents no reference and no passphrase, however it is saved', () => {
    fc.assert(
      fc.property(table, ({ own, counted, delimiter, newline, mark, end, quotesAll, rows }) => {
        const header = [...own, ...counted].toSorted((a, b) => a.length - b.length)
        // Alone, a column has no delimiter of its own: then any may be in use.
        const special = header.length === 1 ? /[",;\t\r\n]/ : new RegExp(`["\r\n${delimiter}]`)
        const quoted = (text: string) => (quotesAll || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
        const cells = rows.map((row, index) => header.map((_, at) => row[at] || `row ${index}`))
        const lines = [header, ...cells].map(line => line.map(quoted).join(delimiter))
        const text = `${mark}${lines.join(newline)}${end ? newline : ''}`
        fc.pre(cells.every(line => line.some(each => each.trim() !== '')))
        const at = (name: string) => header.findIndex(each => each.trim().toLowerCase() === name)
        const expected = cells.map(line => [line[at('reference')], line[at('passphrase')]])
        expect(readIn(text)).toEqual(expected)
        const people = parsePeople(text)
        people.rows[0]!.added[0] = 'https://h/d/x'
        const again = parsePeople(text, people.text())
        expect(again.rows.map(row => [row.cells, row.added[0]])).toEqual(
          cells.map((line, index) => [line, index === 0 ? 'https://h/d/x' : '']),
        )
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['of a German Excel', 'reference;passphrase\r\nAnna;geheim-2026\r\nBob;geheim-2027\r\n', 'Anna geheim-2026'],
    ['of a German Excel, as UTF-8', '\ufeffPassphrase;Reference\r\ngeheim-2026;Anna\r\n', 'Anna geheim-2026'],
    ['with tabs', 'reference\tpassphrase\nAnna\tgeheim, 2026\n', 'Anna geheim, 2026'],
    ['of an old Mac', 'reference;passphrase\rAnna;geheim-2026\r', 'Anna geheim-2026'],
    ['without an end', 'REFERENCE,PASSPHRASE\nAnna,geheim-2026', 'Anna geheim-2026'],
    ['in quotation marks', '"reference";"passphrase"\n"Anna";"geheim-2026"\n', 'Anna geheim-2026'],
    ['with blank lines', '\n\nreference;passphrase\n\n;\nAnna;geheim-2026\n\n', 'Anna geheim-2026'],
    ['with commas in cells', 'passphrase;reference\nso, so, so;Smith, Anna\n', 'Smith, Anna so, so, so'],
    ['with names of its own', 'Name;Passport;reference\nAnna;C01;case 7\n', 'case 7 undefined'],
    ['with one column', 'passphrase\ngeheim; 2026\n', 'undefined geheim; 2026'],
    ['with a row that is shorter', 'reference;passphrase;Name\nAnna;geheim-2026\n', 'Anna geheim-2026'],
    ['with columns without a name', 'reference;;passphrase;\nAnna;x;geheim-2026;\n', 'Anna geheim-2026'],
  ])('%s is read', (_, text, first) => {
    expect(readIn(text)[0]?.map(String).join(' ')).toBe(first)
  })

  test.each([
    ['Name;E-Mail\nAnna;a@x.org\n', 'got no column that counts, allowed: reference and passphrase'],
    ['Anna;geheim-2026\n', 'got no column that counts'],
    ['sep=;\r\nreference;passphrase\r\nAnna;geheim-2026\r\n', 'got no column that counts'],
    ['reference,name;passphrase\nAnna,a;geheim-2026\n', 'got the column "name;passphrase", allowed: reference and'],
  ])('%j is refused, without its cells', (text, why) => {
    expect(() => parsePeople(text)).toThrow(why)
    expect(() => parsePeople(text)).not.toThrow(/geheim|Anna/)
  })

  const others = [
    'password, Passwort, Link-Kennwort, Mot de passe, Phrase secrète, Contraseña, Frase segreta, Palavra-passe',
    'كلمة المرور, 合言葉, pass phrase, Passphrse, passphrase*, Referenz, Referenze, Referência, Riferimento, Ref.',
  ]
  test.each(others.flatMap(names => names.split(', ')))(
    'the column %s, which people may think counts, is refused',
    name => {
      const why = `line 1: got the column ${JSON.stringify(name.toLowerCase())}, allowed: reference and passphrase`
      for (const known of ['reference', 'passphrase'])
        expect(() => parsePeople(`${name};${known}\nAnna;geheim-2026\n`)).toThrow(why)
    },
  )
})
