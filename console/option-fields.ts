import type { FormField } from '../shared/options/option.ts'
import { type OptionName, optionNames, options } from '../shared/options/options.ts'

/** What the schema of an option says of its control. */
interface Schema {
  readonly type?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
}

/** Returns the HTML of all fields of a place of the form. Their controls have `data-option`, and the name of the option as id. */
export function fieldsAt(place: FormField['place']): string {
  return optionNames.flatMap(name => (options[name].words.field.place === place ? [fieldOf(name)] : [])).join('\n')
}

function fieldOf(name: OptionName): string {
  const schema = options[name].schema as Schema
  const { label, hint, choices, rows } = options[name].words.field
  const attributes = `id="${name}" name="${name}" data-option`
  const text = `<label for="${name}">${label}${hint === undefined ? '' : ` <span class="quiet">${hint}</span>`}</label>`
  if (schema.type === 'boolean') return `<p class="check"><input ${attributes} type="checkbox">${text}</p>`
  const field = (control: string) => `<p id="${name}-field" class="field">${text}${control}</p>`
  const limits = `${limitOf('maxlength', schema.maxLength)}${limitOf('min', schema.minimum)}${limitOf('max', schema.maximum)}`
  if (choices !== undefined) {
    const list = Object.entries(choices).map(([value, each]) => `<option value="${value}">${each}</option>`)
    const own = 'own' in choices ? `<input id="${name}-own" aria-label="${choices.own}" autocomplete="off">` : ''
    return field(`<select ${attributes}>${list.join('')}</select>${own}`)
  }
  if (rows !== undefined) return field(`<textarea ${attributes} rows="${rows}"${limits}></textarea>`)
  const type = schema.type === 'integer' ? 'number' : schema.format === 'date-time' ? 'datetime-local' : 'text'
  return field(`<input ${attributes} type="${type}"${limits} autocomplete="off" spellcheck="false">`)
}

function limitOf(attribute: string, limit: number | undefined): string {
  return limit === undefined ? '' : ` ${attribute}="${limit}"`
}
