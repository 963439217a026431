import type { Language } from '../../shared/brand.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'
import { type Content, ending, escaped, formWith, paragraph, timed } from './document.ts'
import { messages } from './locales/locales.ts'
import { describeWhen, secondsUntil } from './when.ts'

/** The form of a page that asks for a passphrase, and what the page says besides. */
export interface PassphraseForm {
  /** The token that the form sends. */
  readonly form: string
  /** When the link expires. */
  readonly expiresAt: EpochSeconds
  /** Whether the viewer sent the form before. */
  readonly again: boolean
  /** Whether it had a passphrase. */
  readonly isGuess?: boolean | undefined
  /** Tries that are left after a wrong one; undefined where viewers may not know more than that the link did not open. */
  readonly triesLeft?: number | undefined
  /** What else kept the link from opening. */
  readonly failure?: string | undefined
}

/** The texts of one language. `COUNT` is a placeholder for a number. */
interface Texts {
  readonly title: string
  readonly detail: string
  readonly label: string
  readonly open: string
  readonly again: string
  /** Both a wrong passphrase and a link that can't be used: uniform refusals don't tell them apart. */
  readonly notOpened: string
  readonly wrong: string
}

const texts: Readonly<Record<Language, Texts>> = {
  en: {
    title: 'This link asks for a passphrase',
    detail:
      'The sender gives it to you in another way, such as by phone. It is not one of your own passwords. Capitals, spaces and hyphens make no difference.',
    label: 'Passphrase',
    open: 'Open the link',
    again:
      'Please type the passphrase and press the button once more. If you see this again, allow this site to set cookies.',
    notOpened: 'That did not open the link. Check the passphrase, or ask the sender for a new link.',
    wrong: 'This passphrase is wrong. The link was not used. Tries left: COUNT.',
  },
  de: {
    title: 'Dieser Link fragt nach einem Kennwort',
    detail:
      'Der Absender nennt es Ihnen auf anderem Weg, etwa am Telefon. Es ist keines Ihrer eigenen Passwörter. Großschreibung, Leerzeichen und Bindestriche spielen keine Rolle.',
    label: 'Kennwort',
    open: 'Link öffnen',
    again:
      'Bitte geben Sie das Kennwort ein und klicken Sie noch einmal. Wenn Sie das hier wieder sehen, erlauben Sie dieser Website Cookies.',
    notOpened:
      'Damit ließ sich der Link nicht öffnen. Prüfen Sie das Kennwort, oder bitten Sie den Absender um einen neuen Link.',
    wrong: 'Dieses Kennwort ist falsch. Der Link wurde nicht verwendet. Verbleibende Versuche: COUNT.',
  },
  fr: {
    title: 'Ce lien demande une phrase secrète',
    detail:
      'L’expéditeur vous la donne par un autre moyen, par exemple au téléphone. Ce n’est pas l’un de vos propres mots de passe. Majuscules, espaces et traits d’union ne comptent pas.',
    label: 'Phrase secrète',
    open: 'Ouvrir le lien',
    again:
      'Saisissez la phrase secrète et appuyez encore une fois sur le bouton. Si cette page revient, autorisez les cookies de ce site.',
    notOpened: 'Le lien ne s’est pas ouvert. Vérifiez la phrase secrète, ou demandez un nouveau lien à l’expéditeur.',
    wrong: 'Cette phrase secrète est incorrecte. Le lien n’a pas été utilisé. Essais restants : COUNT.',
  },
  es: {
    title: 'Este enlace pide una contraseña',
    detail:
      'El remitente se la da por otro medio, por ejemplo por teléfono. No es ninguna de sus propias contraseñas. Las mayúsculas, los espacios y los guiones no cuentan.',
    label: 'Contraseña',
    open: 'Abrir el enlace',
    again:
      'Escriba la contraseña y pulse el botón una vez más. Si vuelve a ver esto, permita las cookies de este sitio.',
    notOpened: 'El enlace no se abrió. Compruebe la contraseña o pida al remitente un enlace nuevo.',
    wrong: 'Esta contraseña es incorrecta. El enlace no se ha usado. Intentos restantes: COUNT.',
  },
  ja: {
    title: 'このリンクには合言葉が必要です',
    detail:
      '合言葉は、電話など別の方法で送信者から伝えられます。ご自身のパスワードではありません。大文字と小文字、空白、ハイフンの違いは問いません。',
    label: '合言葉',
    open: 'リンクを開く',
    again:
      '合言葉を入力して、もう一度ボタンを押してください。再びこの表示が出る場合は、このサイトの Cookie を許可してください。',
    notOpened: 'リンクを開けませんでした。合言葉を確認するか、送信者に新しいリンクをご依頼ください。',
    wrong: '合言葉が違います。リンクは使用されていません。あと COUNT 回入力できます。',
  },
}

/** Longest text that the field takes, in UTF-16 code units: 128 characters with as many spaces and hyphens. */
const maxLength = 512

/** Returns the field for the passphrase, with its label, and `error` in plain text, if any. It goes into a form. */
function passphraseField(language: Language, error: string | undefined): string {
  const described = error === undefined ? '' : ' aria-invalid="true" aria-describedby="error"'
  const message = error === undefined ? '' : `<p class="note" id="error">${escaped(error)}</p>\n`
  return `${message}<label for="passphrase">${escaped(texts[language].label)}</label>
<input id="passphrase" name="passphrase" required maxlength="${maxLength}" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" enterkeyhint="go" translate="no" dir="auto"${described}>
`
}

/** Returns the page that asks for a passphrase: brand and question only, no name, size or kind of the file. */
export function questionIn(language: Language, question: PassphraseForm, now: EpochMs): Content {
  const { form, expiresAt, isGuess } = question
  const { title, detail, open } = texts[language]
  const fields = `${passphraseField(language, errorIn(language, question))}<button>${escaped(open)}</button>`
  const { until, past, dates } = messages[language]
  const live = `${paragraph(detail)}\n${formWith(form, fields)}\n${timed(until, describeWhen(expiresAt, now, dates))}`
  const content = { title, main: ending(live, past), secondsLeft: secondsUntil(expiresAt, now), uses: 'form' as const }
  return isGuess === true ? content : { ...content, status: 200 }
}

function errorIn(language: Language, { again, isGuess, triesLeft, failure }: PassphraseForm): string | undefined {
  const { again: onceMore, notOpened, wrong } = texts[language]
  if (failure !== undefined) return failure
  if (isGuess) return triesLeft === undefined ? notOpened : wrong.replace('COUNT', String(triesLeft))
  return again ? onceMore : undefined
}
