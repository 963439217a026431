import { visible } from '../../edge/pages/file.ts'
import { shown, type Values } from './language.ts'

/** Shows a text whose values people wrote: they may read in another direction than the text. */
export function Say({ text, ...values }: Values & { readonly text: string }) {
  // Between placeholders, each second part is a name.
  const parts = text.split(/\{(\w+)\}/)
  return <>{parts.map((part, index) => (index % 2 === 0 ? part : <bdi>{visible(shown(values[part]))}</bdi>))}</>
}
