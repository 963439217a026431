import { siUnits } from '../../../shared/texts/size.ts'
import type { ErrorPageTexts, GateTexts, PageTexts, PassphraseTexts, RefusalTexts, Texts } from './texts.ts'

const once =
  'Dieser Link funktioniert nur einmal. Diese Seite anzusehen verbraucht ihn nicht; erst der Klick auf die Schaltfläche.'
const incomplete = [
  'Diesen Link gibt es nicht',
  'Die Adresse ist unvollständig oder verändert. Kopieren Sie bitte den ganzen Link noch einmal.',
] as const

const pages: PageTexts = {
  file: ['Für Sie liegt eine Datei bereit', once],
  media: ['Für Sie liegt eine Aufnahme bereit', once],
  several:
    'Dieser Link funktioniert in jedem Browser einmal, und nur in einer begrenzten Zahl von Browsern. Diese Seite anzusehen verbraucht ihn nicht; erst der Klick auf die Schaltfläche.',
  download: 'Datei herunterladen',
  play: 'Abspielen',
  from: 'Von:',
  given:
    'Diese Angaben kamen mit dem Link und wurden nicht geprüft. Wenn Sie diese Datei nicht erwarten, fragen Sie den Absender zuerst auf anderem Weg.',
  until: 'Der Link funktioniert bis TIME (LEFT).',
  past: 'Diese Seite war zu lange geöffnet: Ihr Link ist abgelaufen. Bitten Sie den Absender um einen neuen.',
  onceMore:
    'Bitte klicken Sie noch einmal auf die Schaltfläche. Wenn dieser Hinweis wieder erscheint, erlauben Sie dieser Website Cookies.',
  inApp:
    'Öffnen Sie diese Seite zuerst in Ihrem Browser: Viele Apps können keine Dateien speichern. Wählen Sie im Menü der App (⋯ oder ⋮) „Im Browser öffnen“.',
  unplayable: {
    hls: 'Dieser Browser kann diese Aufnahme nicht abspielen. Der Link ist noch nicht verwendet: Öffnen Sie ihn in Safari oder in einem aktuellen Chrome oder Edge.',
    dash: 'Browser können diese Aufnahme nicht selbst abspielen. Verwenden Sie den Link hier nicht: Bitten Sie den Absender um einen Download-Link.',
  },
  started: [
    'Ihr Download hat begonnen',
    'Ihr Browser zeigt, wo er die Datei speichert. Der Link, der hierher führte, ist jetzt verbraucht: Anderen öffnet er nichts mehr.',
  ],
  startedSeveral:
    'Ihr Browser zeigt, wo er die Datei speichert. In diesem Browser ist der Link, der hierher führte, jetzt verbraucht.',
  startAgain: 'Noch einmal starten',
  startsUntil: 'Sie können ihn bis TIME (LEFT) noch einmal starten.',
  lost: 'Wenn die Datei nicht ankommt, starten Sie noch einmal. Bitten Sie den Absender danach um einen neuen Link.',
  startsNoMore:
    'Hier lässt sich der Download nicht mehr starten. Wenn die Datei nicht angekommen ist, bitten Sie den Absender um einen neuen Link.',
  player: [
    'Bereit zum Abspielen',
    'Lassen Sie diese Seite geöffnet: Der Link, der hierher führte, ist verbraucht. Wenn nichts abgespielt wird, kennt dieser Browser das Format vielleicht nicht; bitten Sie den Absender dann um einen Download-Link.',
  ],
  save: 'Als Datei speichern',
  playsUntil: 'Sie können bis TIME (LEFT) abspielen.',
  playsNoMore: 'Die Zeit zum Abspielen ist abgelaufen. Bitten Sie den Absender um einen neuen Link.',
  validFrom: 'Er gilt ab TIME (LEFT).',
  usedByYou:
    'Sie haben diesen Link geöffnet: TIME. Wenn Sie die Datei noch brauchen, bitten Sie den Absender um einen neuen Link.',
  usedByOther:
    'Er wurde geöffnet: TIME. Wenn Sie das nicht waren, sagen Sie es dem Absender und bitten Sie um einen neuen Link.',
  usedUp: 'Er wurde in so vielen Browsern verwendet, wie er zulässt. Bitten Sie den Absender um einen neuen.',
  tryAgain: 'Noch einmal versuchen',
  ask: 'Den Absender um einen neuen Link bitten',
  asked: 'Ihre Bitte wurde übermittelt',
  unasked: 'Ihre Bitte wurde nicht übermittelt',
  askedNext: 'Wenn kein neuer Link kommt, fragen Sie bitte auf anderem Weg.',
  types: {
    pdf: 'PDF-Dokument',
    document: 'Textdokument',
    sheet: 'Tabelle',
    slides: 'Präsentation',
    picture: 'Bild',
    video: 'Video',
    audio: 'Tonaufnahme',
    archive: 'Archiv',
    text: 'einfacher Text',
    page: 'Webseite',
    program: 'Programm',
  },
  sizes: { units: siUnits, decimalMark: ',' },
  dates: {
    weekdays: 'Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag',
    months: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember',
    dates: ['{w}, {d}. {m}, {t} UTC', '{w}, {d}. {m} {y}, {t} UTC'],
    left: ['in 1 Sekunde', 'in # Sekunden', 'in # Minuten', 'in # Stunden', 'in # Tagen'],
  },
}

const refusals: RefusalTexts = {
  ASK: 'Bitten Sie den Absender um einen neuen Link.',
  UNUSED: 'Der Link wurde dabei nicht verwendet.',
  'method-not-allowed': [
    'Diese Methode ist hier nicht erlaubt',
    'Öffnen Sie den Link mit GET, oder bestätigen Sie mit POST.',
  ],
  speculative: [
    'Nicht im Voraus geöffnet',
    'Vorabladen oder eine Vorschau verbraucht keinen Link. Öffnen Sie ihn bitte selbst.',
  ],
  automated: [
    'Nicht für eine Vorschau oder Prüfung geöffnet',
    'Dieses Programm gibt sich als Roboter aus. Der Link wartet auf einen Menschen: Öffnen Sie ihn bitte in einem Browser.',
  ],
  'cross-origin': ['Nicht für eine fremde Seite geöffnet', 'UNUSED'],
  'idempotency-key-invalid': [
    'Dieser Idempotency-Key kann nicht verwendet werden',
    'Senden Sie einen Idempotency-Key aus 1 bis 255 druckbaren ASCII-Zeichen oder keinen. UNUSED',
  ],
  'once-client-invalid': [
    'Dieser Once-Client kann nicht verwendet werden',
    'Senden Sie einen Once-Client aus 43 Base64url-Zeichen oder keinen. UNUSED',
  ],
  'passphrase-invalid': [
    'Dieses Kennwort kann nicht verwendet werden',
    'Senden Sie ein Kennwort aus 6 bis 128 Zeichen. UNUSED',
  ],
  malformed: incomplete,
  forged: incomplete,
  unsupported: [
    'Dieser Link verlangt etwas, das dieser Server noch nicht kann',
    'UNUSED Versuchen Sie es später, oder bitten Sie den Absender um einen einfachen Link.',
  ],
  expired: ['Dieser Link ist abgelaufen', 'Seine Zeit ist abgelaufen. ASK'],
  'address-unsupported': [
    'Dieser Download lässt sich nicht an Ihre Adresse binden',
    'Das geht nur mit IPv4-Adressen. UNUSED Öffnen Sie ihn bitte über IPv4.',
  ],
  'passphrase-required': [
    'Dieser Link verlangt ein Kennwort',
    'Öffnen Sie ihn in einem Browser, oder senden Sie Once-Passphrase. UNUSED',
  ],
  revoked: ['Dieser Link wurde zurückgezogen', 'Der Absender hat ihn zurückgezogen. ASK'],
  replaced: ['Es gibt einen neueren Link', 'Suchen Sie bitte nach einer späteren Nachricht des Absenders.'],
  spent: ['Dieser Link funktioniert nicht mehr', 'Er funktioniert nur einmal und wurde schon verwendet. ASK'],
  locked: ['Dieser Link ist gesperrt', 'Es wurden zu viele Kennwörter ausprobiert. ASK'],
  'not-yet-valid': [
    'Dieser Link gilt noch nicht',
    'Der Absender hat einen späteren Beginn festgelegt. UNUSED Öffnen Sie ihn später noch einmal.',
  ],
  'wrong-network': [
    'Dieser Link ist für ein anderes Netzwerk',
    'Der Absender hat ihn an ein bestimmtes Netzwerk gebunden. UNUSED Öffnen Sie ihn bitte von dort aus.',
  ],
  'client-required': [
    'Dieser Link verlangt ein Geheimnis',
    'Öffnen Sie ihn in einem Browser, oder senden Sie Once-Client. UNUSED',
  ],
  unconfirmed: [
    'Dieser Link verlangt eine Bestätigung',
    "Öffnen Sie ihn in einem Browser und klicken Sie auf die Schaltfläche, oder senden Sie POST mit einem Idempotency-Key oder Once-Client: curl -L -d '' -H 'Idempotency-Key: …'. UNUSED",
  ],
  'wrong-passphrase': [
    'Dieses Kennwort ist falsch',
    'Prüfen Sie bitte jedes Zeichen. UNUSED Es sind aber nur wenige Versuche erlaubt.',
  ],
  'outcome-unknown': [
    'Es ist nicht bekannt, ob der Link verwendet wurde',
    'Die Antwort des Speichers ging verloren. Dass jemand anderes den Link verwendet hat, ist nicht bekannt. Versuchen Sie es bitte noch einmal.',
  ],
  unavailable: [
    'Der Link lässt sich gerade nicht öffnen',
    'Dieser Versuch hat ihn nicht verbraucht. Versuchen Sie es bitte noch einmal.',
  ],
  failed: [
    'Bei uns ist etwas schiefgegangen',
    'Versuchen Sie es bitte noch einmal. Bleibt es dabei, bitten Sie den Absender um einen neuen Link.',
  ],
  'not-redeemable': ['Dieser Link funktioniert nicht', 'ASK'],
}

const passphrase: PassphraseTexts = {
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
}

/** The same for the gate, which has room for its own part only. */
export const gate: GateTexts = {
  AGAIN:
    'Öffnen Sie den Link noch einmal in dem Browser oder Programm, das ihn zuerst geöffnet hat. Hilft das nicht, bitten Sie den Absender um einen neuen Link.',
  altered: ['Diese Adresse wurde verändert', 'AGAIN'],
  'other-address': [
    'Dieser Download gehört zu einem anderen Netzwerk',
    'Er funktioniert nur in dem Netzwerk, in dem der Link geöffnet wurde: Kehren Sie dorthin zurück, oder bitten Sie um einen neuen Link.',
  ],
  'other-client': ['Dieser Download gehört zu einem anderen Browser oder Programm', 'AGAIN'],
}

/** The same for the pages of CloudFront’s own errors, which show all languages at once. */
export const errorPages: ErrorPageTexts = {
  403: [
    'Dieser Download lässt sich hier nicht öffnen',
    'Vielleicht ist seine Zeit abgelaufen, hat sich Ihr Netzwerk geändert, ist die Adresse unvollständig, oder der Absender hat die Datei entfernt. Kehren Sie in das Netzwerk zurück, in dem Sie den Link geöffnet haben. Hilft das nicht, bitten Sie den Absender um einen neuen Link.',
  ],
  404: [
    'Diese Datei ist nicht mehr da',
    'Vielleicht hat der Absender sie entfernt oder ersetzt. Bitten Sie ihn um einen neuen Link.',
  ],
}

/** German. */
export const german: Texts = { pages, refusals, passphrase }
