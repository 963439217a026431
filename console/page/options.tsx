import type { ComponentChildren } from 'preact'
import { type PresetName, presets } from '../../client/presets.ts'
import type { OptionField } from '../protocol.ts'
import { durationText } from './formats.ts'
import { texts } from './language.ts'

declare const OPTION_FIELDS: readonly OptionField[]

/** What the controls of options hold: text, or whether a box is ticked. A name that is missing has the value of the way. */
export type Values = Readonly<Record<string, string | boolean>>

/** How a link reaches its recipient. A link for an app that downloads later is not sent by a person. */
export type Way = Exclude<PresetName, 'offline'>

/** Returns the fields of the options of links that give a file, or that ask for one, in the order in which people read them. */
export function optionFields(asks: boolean): readonly OptionField[] {
  return asks ? OPTION_FIELDS.filter(({ ofFiles }) => ofFiles !== true) : OPTION_FIELDS
}

/** Props of `OptionControl`. */
interface ControlProps {
  readonly field: OptionField
  readonly way: Way
  readonly values: Values
  readonly change: (name: string, value: string | boolean) => void
  readonly isWrong: boolean
  /** @default that of the option */
  readonly label?: string | undefined
  /** Latest time, as a field of it has it. @default any */
  readonly latest?: string | undefined
}

/** The control of an option, which shows the value that the way to the recipient has until the sender changes it. */
export function OptionControl(props: ControlProps) {
  const { field, values, change, isWrong, latest, label = texts().options[field.name].label } = props
  const { name, kind, rows, minimum, maximum } = field
  const preset = presetOf(props)
  const value = values[name] ?? preset ?? ''
  const common = { id: name, name, 'aria-invalid': isWrong, ...(isWrong && { 'aria-describedby': 'problem' }) }
  const changeTo = (event: { readonly currentTarget: { readonly value: string } }) =>
    change(name, event.currentTarget.value)
  const caption = <Caption {...{ name, ...texts().options[name], label }} />
  if (kind === 'box') {
    const tick = (event: { readonly currentTarget: HTMLInputElement }) => change(name, event.currentTarget.checked)
    return (
      <p class="check">
        <input {...common} type="checkbox" checked={value === true} onChange={tick} />
        {caption}
      </p>
    )
  }
  // The types of Preact know one type of input at a time.
  const type = (kind === 'time' ? 'datetime-local' : kind) as 'text'
  const [min, max] = kind === 'time' ? [localTime(Date.now() + 60_000), latest] : [minimum, maximum]
  const limits = { min, max, required: name === 'expiresAt' }
  const typed = { ...common, value: String(value), onInput: changeTo }
  return (
    <Field caption={caption}>
      {kind === 'choice' ? (
        <Choice {...props} common={common} />
      ) : rows === undefined ? (
        <input {...typed} {...limits} type={type} autocomplete="off" placeholder={String(preset ?? '')} />
      ) : (
        <textarea {...typed} rows={rows} />
      )}
    </Field>
  )
}

/** Returns the value that the way has; undefined if it leaves the option out. */
function presetOf({ field, way }: ControlProps): string | number | boolean | undefined {
  return (presets[way] as Readonly<Record<string, string | number | boolean>>)[field.name]
}

function Choice({ common, ...props }: ControlProps & { readonly common: object }) {
  const { field, values, change, isWrong } = props
  const { name, choices = [] } = field
  const preset = presetOf(props)
  const value = String(values[name] ?? preset ?? '')
  const own = `${name}-own`
  return (
    <>
      <select {...common} value={value} onChange={event => change(name, event.currentTarget.value)}>
        {/* Where the way has a value, leaving the field out would not be the API's default. */}
        {choices
          .filter(each => each !== '' || preset === undefined)
          .map(each => (
            <option value={each}>{choiceText(name, each)}</option>
          ))}
      </select>
      {value === 'own' && (
        <>
          <Caption name={own} {...texts().form.ownPassphrase} />
          <input
            id={own}
            aria-invalid={isWrong}
            required
            minLength={6}
            autocomplete="off"
            value={String(values[own] ?? '')}
            onInput={event => change(own, event.currentTarget.value)}
          />
        </>
      )}
    </>
  )
}

/** Returns the text of a choice. Lives are in seconds, Regions have their own names. */
function choiceText(name: OptionField['name'], choice: string): string {
  const { choices = {} } = texts().options[name]
  return choices[choice] ?? (name === 'expiresIn' ? durationText(Number(choice), 'long') : choice)
}

/** The label of a control, with a few words more. */
export function Caption({ name, label, hint }: { name: string; label: string; hint?: string | undefined }) {
  return (
    <label for={name}>
      {label} {hint !== undefined && <span class="quiet">{hint}</span>}
    </label>
  )
}

/** A control with its caption above. */
export function Field({ caption, children }: { caption: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="field">
      {caption}
      {children}
    </div>
  )
}

/** Props of `RadioField`. */
interface RadioProps<C extends string> {
  readonly name: string
  readonly legend: string
  /** Their texts by value. */
  readonly choices: Readonly<Record<C, string>>
  readonly chosen: C
  readonly change: (chosen: C) => void
}

/** A choice of a few, all of which people see. */
export function RadioField<C extends string>({ name, legend, choices, chosen, change }: RadioProps<C>) {
  return (
    <fieldset class="ways">
      <legend>{legend}</legend>
      {(Object.keys(choices) as C[]).map(each => (
        <label>
          <input type="radio" name={name} checked={each === chosen} onChange={() => change(each)} />
          {choices[each]}
        </label>
      ))}
    </fieldset>
  )
}

/** Returns the fields of the API that the sender has changed, of a link that gives a file, or that asks for one. */
export function fieldsOf(values: Values, asks = false): Readonly<Record<string, unknown>> {
  const fields = optionFields(asks).map(field => [field.name, valueOf(field, values)] as const)
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
}

/** Returns the value of an option as the API wants it; undefined if it is not changed, or empty. */
function valueOf({ name, kind }: OptionField, values: Values): unknown {
  const value = values[name]
  if (name === 'expiresAt') return values['expiresIn'] === 'at' ? timeOf(String(value ?? '')) : undefined
  if (value === undefined || value === '' || typeof value === 'boolean') return value === '' ? undefined : value
  if (kind === 'number') return Number(value)
  if (kind === 'time') return timeOf(value)
  if (kind !== 'choice') return value
  // The value of `at` and `own` is in another field.
  if (value === 'at') return undefined
  if (value === 'own') return values[`${name}-own`] ?? ''
  return value === 'true' || (/^\d+$/.test(value) ? Number(value) : value)
}

/** Returns a time as a field of this browser's zone has it, in whole minutes. */
export function localTime(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Returns a time of this browser's zone as the API wants it: in UTC, with whole seconds. An empty one is refused by its name. */
function timeOf(text: string): string {
  return text === '' ? '' : new Date(text).toISOString().replace(/\.\d+/, '')
}
