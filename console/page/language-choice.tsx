import { chooseLanguage, languages, texts } from './language.ts'

/** The languages of the page, each by its own name. */
export function LanguageChoice({ changed }: { readonly changed: () => void }) {
  const choose = ({ currentTarget }: { readonly currentTarget: HTMLSelectElement }) =>
    void chooseLanguage(currentTarget.value).then(changed)
  return (
    <select class="language" aria-label={texts().language} value={document.documentElement.lang} onChange={choose}>
      {languages().map(each => (
        <option value={each} lang={each}>
          {new Intl.DisplayNames(each, { type: 'language' }).of(each)}
        </option>
      ))}
    </select>
  )
}
