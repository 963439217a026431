import type { Language } from '../../shared/brand.ts'
import type { ErrorStatus } from '../../shared/error-page-path.ts'

/** A heading, and a text that says what happened and what to do next. Plain text, not HTML. */
type ErrorText = readonly [title: string, detail: string]

/**
 * The texts of each page in all languages, in the order in which the page shows them. S3 refuses CloudFront a file that is missing with
 * 403, as for any other reason: the page can't know which, so it names them all. 404 is for a bucket that CloudFront may list.
 */
export const texts: Readonly<Record<ErrorStatus, Readonly<Record<Language, ErrorText>>>> = {
  403: {
    en: [
      'This download cannot be opened here',
      'Its time may have passed, your network may have changed, the address may be incomplete, or the sender may have removed the file. Open the link again in the browser in which you opened it first. If that does not help, ask the sender for a new link.',
    ],
    de: [
      'Dieser Download lässt sich hier nicht öffnen',
      'Vielleicht ist seine Zeit abgelaufen, hat sich Ihr Netzwerk geändert, ist die Adresse unvollständig, oder der Absender hat die Datei entfernt. Öffnen Sie den Link noch einmal in dem Browser, in dem Sie ihn zuerst geöffnet haben. Hilft das nicht, bitten Sie den Absender um einen neuen Link.',
    ],
    es: [
      'Esta descarga no se puede abrir aquí',
      'Es posible que su plazo haya terminado, que su red haya cambiado, que la dirección esté incompleta o que el archivo se haya retirado. Abra el enlace de nuevo en el navegador en el que lo abrió por primera vez. Si no da resultado, pida un enlace nuevo a quien se lo envió.',
    ],
    fr: [
      'Ce téléchargement ne peut pas être ouvert ici',
      'Son délai est peut-être écoulé, votre réseau a peut-être changé, l’adresse est peut-être incomplète, ou l’expéditeur a peut-être supprimé le fichier. Rouvrez le lien dans le navigateur où vous l’avez ouvert la première fois. Si cela ne suffit pas, demandez un nouveau lien à l’expéditeur.',
    ],
    ja: [
      'このダウンロードはここでは開けません',
      '有効期限が切れたか、ネットワークが変わったか、アドレスが途中で切れているか、送信者がファイルを削除した可能性があります。最初にリンクを開いたブラウザーで、もう一度リンクを開いてください。それでも開けない場合は、送信者に新しいリンクをご依頼ください。',
    ],
  },
  404: {
    en: ['This file is no longer here', 'The sender may have removed or replaced it. Ask the sender for a new link.'],
    de: [
      'Diese Datei ist nicht mehr da',
      'Vielleicht hat der Absender sie entfernt oder ersetzt. Bitten Sie ihn um einen neuen Link.',
    ],
    es: [
      'Este archivo ya no está aquí',
      'Es posible que quien lo envió lo haya retirado o sustituido. Pídale un enlace nuevo.',
    ],
    fr: ['Ce fichier n’est plus là', 'L’expéditeur l’a peut-être supprimé ou remplacé. Demandez-lui un nouveau lien.'],
    ja: [
      'このファイルはもうありません',
      '送信者が削除したか、差し替えた可能性があります。送信者に新しいリンクをご依頼ください。',
    ],
  },
}
