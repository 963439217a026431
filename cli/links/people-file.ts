import { closestMatch } from 'leven'
import Papa from 'papaparse'

/** A row of a table. */
export interface Row {
  /** The line of the file on which it begins, from 1. */
  readonly line: number
  cells: string[]
  /** What is added to it: link, end and id, and the passphrase if the API made it and the table has no column for it. */
  added: string[]
}

/** A table of people, as a spreadsheet writes it. */
export interface People {
  readonly rows: readonly Row[]
  /** Index of the column; -1 if the table does not have it. */
  columnOf(name: (typeof columns)[number]): number
  /** Returns the text of the table in the same form, with what is added. */
  text(): string
}

/** The columns that count. */
const columns = ['reference', 'passphrase'] as const

const added = ['link', 'expires', 'id']

const columnRule =
  'reference and passphrase, which count, one at least; others are not like them, and have no , ; or tab in their names'

/** What people call those columns in the languages of the pages, in letters without accents. */
const kin =
  /passphrase|passwor[dt]|kennwort|motdepasse|(ph|f)rasese[cg]re|contrasena|palavrapasse|senha|المرور|合言葉|referen|^ref(nr|no)?$|riferimento/

/** Returns a column's name as it is compared: without spaces around it, but with a tab, which may be the delimiter. */
const named = (cell: string) => cell.replace(/^[^\S\t]+|[^\S\t]+$/g, '').toLowerCase()

const isKnown = (name: string) => columns.some(each => each === name)

/** Returns whether people may think that a column counts: it is called like one that does, or misspelled in at most two letters. */
function isLikeKnown(name: string): boolean {
  const letters = name.normalize('NFD').replace(/\P{L}/gu, '')
  return kin.test(letters) || closestMatch(letters, columns, { maxDistance: 2 }) !== undefined
}

/** Most rows: they are written again after each hundred. */
const maxRows = 10_000

/**
 * Parses a table: CSV (RFC 4180) with commas, semicolons or tabs, and a first line that names its columns, in any case; without rows that
 * have no text. The delimiter is the one by which a column counts. Rows that have a link in `saved`, an earlier `text()`, keep it. Throws
 * an `Error` that says what is wrong, and where.
 */
export function parsePeople(text: string, saved?: string): People {
  const { header, rows, newline, delimiter } = tableIn(text)
  const names = header.map(named)
  const wrong = names.find((name, index) => name !== '' && [...added, ...names.slice(0, index)].includes(name))
  if (wrong !== undefined)
    throw new Error(`line 1: got the column ${JSON.stringify(wrong)}, which is there or is added`)
  const unclear = names.find(name => /[,;\t]/.test(name) || (!isKnown(name) && isLikeKnown(name)))
  if (unclear !== undefined)
    throw new Error(`line 1: got the column ${JSON.stringify(unclear)}, allowed: ${columnRule}`)
  if (rows.length === 0 || rows.length > maxRows) throw new Error(`got ${rows.length} rows, allowed: 1 to ${maxRows}`)
  const passphrase = names.indexOf('passphrase')
  // Leaves out the passphrase, which an earlier run may have made.
  const nameOf = ({ cells }: Row) => JSON.stringify(header.map((_, column) => column !== passphrase && cells[column]))
  const found = Map.groupBy(saved === undefined ? [] : tableIn(saved).rows, nameOf)
  for (const row of rows) {
    const { cells = [] } = found.get(nameOf(row))?.shift() ?? {}
    if ((cells[header.length] ?? '') === '') continue
    row.cells = cells.slice(0, header.length)
    row.added = cells.slice(header.length)
  }
  const left = [...found.values()].flat()
  if (left.some(({ cells }) => cells[header.length] !== ''))
    throw new Error('it has links of rows that changed or are gone')
  return {
    rows,
    columnOf: name => names.indexOf(name),
    text() {
      const all = rows.some(row => (row.added[3] ?? '') !== '') ? [...added, 'passphrase'] : added
      const lines = rows.map(row => [...row.cells, ...row.added.slice(0, all.length)])
      // Without this mark, Excel takes UTF-8 for another encoding.
      const mark = text.startsWith(Papa.BYTE_ORDER_MARK) ? Papa.BYTE_ORDER_MARK : ''
      return `${mark}${Papa.unparse([[...header, ...all], ...lines], { newline, delimiter })}${newline}`
    },
  }
}

/** Reads rows, with as many cells as the first one. */
function tableIn(text: string) {
  const delimiter = [',', ';', '\t'].find(each => {
    const { data } = Papa.parse<string[]>(text.replace(/^[^\S\t]+/, ''), { delimiter: each, preview: 1 })
    return data[0]?.map(named).some(isKnown)
  })
  // A first line that is a row may have a passphrase.
  if (delimiter === undefined) throw new Error(`line 1: got no column that counts, allowed: ${columnRule}`)
  const { data, errors, meta } = Papa.parse<string[]>(text, { delimiter })
  let next = 1
  const lines = data.map((cells): Row => {
    const line = next
    next += cells.join('').split(/\r\n|\r|\n/).length
    return { line, cells, added: ['', '', '', ''] }
  })
  const wrong = errors.find(({ type }) => type === 'Quotes')
  if (wrong !== undefined) throw new Error(`line ${lines[wrong.row ?? 0]?.line ?? 1}: its quotation marks don't match`)
  const [first, ...rows] = lines.filter(({ cells }) => cells.some(cell => cell.trim() !== ''))
  const { cells: header = [] } = first ?? {}
  for (const row of rows) {
    const { length } = row.cells
    if (length > header.length) throw new Error(`line ${row.line}: got ${length} cells, allowed: ${header.length}`)
    row.cells = header.map((_, column) => row.cells[column] ?? '')
  }
  return { header, rows, newline: meta.linebreak, delimiter }
}
