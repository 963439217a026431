import { say, texts } from './language.ts'
import { Say } from './say.tsx'
import { Question, type QuestionProps } from './question.tsx'

/** Returns the lines of a text that have more than spaces, without those around them. */
export function linesIn(text: string): readonly string[] {
  return text.split('\n').flatMap(line => line.trim() || [])
}

/**
 * Returns the names that a text may have: the parts of each line between semicolons or, in a line without one, between commas, as mail
 * programs copy them. What is in quotation marks is no end of a name. Only people know whether `Müller, Anna` is one.
 */
export function namesIn(text: string): readonly string[] {
  return linesIn(text).flatMap(line => {
    const names = line.match(line.includes(';') ? /(?:"[^"]*"|[^;])+/g : /(?:"[^"]*"|[^,])+/g) ?? []
    return linesIn(names.join('\n'))
  })
}

/** Props of `CountQuestion`. */
interface CountProps {
  readonly dialog: QuestionProps['dialog']
  readonly recipients: string
  readonly count: (recipients: readonly string[]) => void
}

/** Asks whether a line is for one person or for several: `Müller, Anna` is one. */
export function CountQuestion({ dialog, recipients, count }: CountProps) {
  const [lines, names] = [linesIn(recipients), namesIn(recipients)]
  const line = lines.find(each => namesIn(each).length > 1) ?? ''
  const { people } = texts()
  return (
    <Question
      dialog={dialog}
      title={people.title}
      answers={[
        [say(people.lines, { count: lines.length }), () => count(lines)],
        [say(people.names, { count: names.length }), () => count(names)],
      ]}
    >
      <Say text={people.text} line={line.slice(0, 100)} />
    </Question>
  )
}
