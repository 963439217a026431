import { siUnits } from '../../../shared/texts/size.ts'
import type { SendersTexts } from './senders-texts.ts'
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
  upload: [
    'Sie werden um eine Datei gebeten',
    'Die Schaltfläche führt zu einer Seite, auf der Sie eine Datei auswählen.',
  ],
  several:
    'Dieser Link funktioniert in jedem Browser einmal, und nur in einer begrenzten Zahl von Browsern. Diese Seite anzusehen verbraucht ihn nicht; erst der Klick auf die Schaltfläche.',
  download: 'Datei herunterladen',
  play: 'Abspielen',
  proceed: 'Weiter',
  atMost: 'Höchstens SIZE',
  only: 'Nur von diesen Typen: TYPES',
  from: 'Von:',
  given:
    'Diese Angaben kamen mit dem Link und wurden nicht geprüft. Wenn Sie diese Datei nicht erwarten, fragen Sie den Absender zuerst auf anderem Weg.',
  givenUpload:
    'Diese Angaben kamen mit dem Link und wurden nicht geprüft. Wenn Sie diese Bitte nicht erwarten, fragen Sie zuerst auf anderem Weg nach, bevor Sie etwas senden.',
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

/** The same for the page for senders, which loads it. */
export const sendersPage: SendersTexts = {
  locale: 'de',
  title: 'Datei senden',
  language: 'Sprache',
  local: 'auf diesem Computer',
  noScript: 'Diese Seite braucht JavaScript, das Ihr Browser nicht ausführt.',
  tabs: { send: 'Senden', sent: 'Gesendet' },
  login: {
    first: 'Melden Sie sich an, um Dateien zu senden und zu sehen, was aus ihnen geworden ist.',
    again:
      'Ihre Anmeldung ist abgelaufen. Was Sie begonnen haben, bleibt hier und geht weiter, sobald Sie sich wieder anmelden.',
    in: 'Anmelden',
    out: 'Abmelden',
    leave: 'Abmelden? Was Sie nicht kopiert haben und was gerade gesendet wird, geht verloren.',
    noWindow: 'Der Browser hat kein Fenster für die Anmeldung geöffnet. Erlauben Sie dieser Seite Pop-ups.',
    failed:
      'Die Anmeldung ist fehlgeschlagen. Versuchen Sie es noch einmal, oder wenden Sie sich an den Betreiber dieser Seite. ({why})',
    left: 'Sie haben sich abgemeldet: Was vorher begonnen wurde, wurde nicht gesendet.',
    other: 'Jemand anderes hat sich angemeldet: Was vorher begonnen wurde, wurde nicht gesendet.',
    closable: 'Sie können dieses Fenster schließen.',
  },
  form: {
    purposes: 'Was möchten Sie tun?',
    purpose: { send: 'Datei senden', ask: 'Datei anfordern' },
    maxBytes: { label: 'Höchstgröße' },
    types: {
      label: 'Art der Datei',
      choices: {
        '': 'beliebig',
        'application/pdf': 'PDF',
        'image/*': 'Bilder',
        'application/pdf,image/*': 'PDF oder Bilder',
        'video/*,audio/*': 'Video oder Ton',
      },
    },
    whom: 'Wen bitten Sie?',
    who: 'Wer bittet?',
    drop: 'Dateien oder einen Ordner hierher ziehen oder',
    choose: 'Datei auswählen',
    chooseFolder: 'Ordner auswählen',
    add: 'Dateien hinzufügen',
    remove: 'Entfernen',
    files: { one: '{count} Datei', other: '{count} Dateien' },
    oneZip: 'Sie werden als eine ZIP-Datei gesendet.',
    nothingDropped: 'Was Sie hierher gezogen haben, enthält keine lesbare Datei.',
    ways: 'Wie geben Sie den Link weiter?',
    way: { mail: 'E-Mail', chat: 'Chat', phone: 'Handy', program: 'An ein Programm' },
    ownPassphrase: { label: 'Ihr Kennwort', hint: 'mindestens 6 Zeichen' },
    senderOfLogin: 'Der Empfänger sieht Ihren Namen so, wie er in Ihrer Anmeldung steht.',
    until: 'Bis {time}.',
    more: 'Optionen',
    key: { label: 'Objektschlüssel', hint: 'einer Datei, die im Bucket liegt oder diesen Schlüssel bekommt' },
    replace: { label: 'Datei mit diesem Schlüssel ersetzen', hint: 'ihre Links liefern weiterhin die jetzige Version' },
    create: { one: 'Link erstellen', other: '{count} Links erstellen' },
    creating: 'Wird erstellt …',
    cancel: 'Abbrechen',
  },
  options: {
    confirm: {
      label: 'Bestätigung verlangen',
      hint: 'eine Seite mit Schaltfläche, damit Virenscanner den Link nicht verbrauchen',
    },
    receipt: { label: 'Nachweis aufbewahren', hint: 'wer den Link wann und wo verwendet hat' },
    uses: { label: 'Verwendungen', hint: '2 bis 20 Clients, etwa ein Tablet und ein Laptop; 1, wenn leer' },
    media: { label: 'Zum Abspielen', choices: { '': 'nein', object: 'diese Datei', folder: 'ihr Ordner' } },
    expiresIn: { label: 'Bis wann?', choices: { at: 'Zeitpunkt selbst wählen' } },
    expiresAt: { label: 'Gültig bis' },
    notBefore: { label: 'Gültig ab' },
    urlSeconds: { label: 'Sekunden für den Download', hint: 'ab dem Öffnen des Links' },
    bind: {
      label: 'Gebunden an',
      choices: {
        '': 'Standard',
        exact: 'die Adresse',
        prefix: 'ihr Netzwerk',
        client: 'den Client oder seine Adresse',
        'client-only': 'den Client',
        none: 'nichts',
      },
    },
    network: { label: 'Nur aus dem Netzwerk', hint: 'etwa 203.0.113.0/24' },
    passphrase: { label: 'Kennwort', choices: { '': 'nein', true: 'ja, eines erzeugen', own: 'ja, ein eigenes' } },
    maxTries: { label: 'Versuche', hint: '1 bis 10; 5, wenn leer' },
    filename: { label: 'Dateiname', hint: 'unter dem die Datei gespeichert wird' },
    homeRegion: { label: 'Heimatregion', choices: { '': 'Standard' } },
    reference: { label: 'Für wen?', hint: 'ein Name oder eine Liste: je Zeile ein Link' },
    sender: { label: 'Von wem?', hint: 'wird dem Empfänger angezeigt' },
    message: { label: 'Nachricht', hint: 'wird dem Empfänger angezeigt' },
    versionId: { label: 'Version des Objekts', hint: 'die neueste, wenn leer' },
    allowMissing: {
      label: 'Fehlendes Objekt erlauben',
      hint: 'der Link liefert, was beim Öffnen unter seinem Schlüssel liegt',
    },
    notify: { label: 'Endpunkt benachrichtigen' },
    remindAt: {
      label: 'Erinnern',
      hint: 'falls niemand ihn geöffnet hat',
      choices: { '': 'nein', 'day-before': 'einen Tag vor seinem Ende' },
    },
    deleteFile: { label: 'Datei nach dem Herunterladen löschen', hint: 'sie lässt sich nicht wiederherstellen' },
  },
  people: {
    title: 'Wie viele Personen sind das?',
    text: '„{line}“ kann eine Person sein oder mehrere.',
    lines: { one: 'Eine Person', other: '{count} Personen' },
    names: { other: '{count} Personen, für jede ein Link' },
  },
  progress: {
    upload: 'Hochladen',
    done: '{done} von {size}',
    stalled: '{done} von {size}. Keine Antwort: Neuer Versuch läuft',
    left: '{done} von {size}, {rate}/s, noch {left}',
    check: 'Die Datei wird auf Schadsoftware geprüft.',
    waited: 'bisher {time}',
    leave:
      'Das kann einige Minuten dauern. Sie können diese Seite schließen. Wählen Sie später dieselbe Datei wieder aus, dann wird sie nicht noch einmal gesendet.',
  },
  created: {
    title: { one: 'Ihr Link', other: 'Ihre {count} Links' },
    for: 'für {recipient}',
    aFile: 'Eine Datei',
    from: 'von {recipient}',
    works: 'Er funktioniert einmal, bis {time}.',
    worksOnEach: 'Er funktioniert auf {count} Geräten je einmal, bis {time}.',
    shownOnce: 'Er wird nur jetzt angezeigt.',
    linkForEach: 'Ein Link für jede Person, nur jetzt angezeigt.',
    link: 'Link',
    passphrase: 'Kennwort',
    apart: 'Geben Sie es auf anderem Weg weiter als den Link: am Telefon, wenn der Link per E-Mail kommt.',
    copy: 'Kopieren',
    copied: 'Kopiert',
    copyByHand: 'Markieren und Strg+C drücken',
    copyAll: 'Alle kopieren',
    copyPassphrases: 'Alle Kennwörter kopieren',
    linkFor: 'Link für {recipient}',
    saveTable: 'Als CSV speichern',
    recipient: 'Empfänger',
    end: 'Gültig bis',
    writeMail: 'E-Mail schreiben',
    mail: 'E-Mail',
    mailTo: 'an {recipient}',
    slow: 'Über eine langsame Verbindung kann der Download abbrechen und lässt sich dann nicht fortsetzen. Mit „Gebunden an: den Client“ in den Optionen geht das.',
    open: 'Öffnen',
    qr: 'QR-Code',
    qrOfLink: 'QR-Code des Links',
    next: 'Weitere Datei senden',
    nextAsked: 'Weitere Datei anfordern',
    back: 'Zurück zur Liste',
    noLink: 'Kein Link für {recipient}: {why}',
    subject: 'Eine Datei für Sie',
    subjectAsked: 'Bitte um eine Datei',
    hello: 'Guten Tag,',
    helloTo: 'Guten Tag {recipient},',
    leadsTo: 'dieser Link führt zur Datei {name}:',
    takes: 'mit diesem Link können Sie mir eine Datei senden:',
    asksPassphrase: 'Die Seite fragt nach einem Kennwort, das Sie von mir auf anderem Weg bekommen.',
  },
  sent: {
    search: 'Suchen',
    searchHint: 'Datei oder Empfänger',
    loading: 'Wird geladen …',
    none: 'Keine Links.',
    notHere:
      'Hier ist kein passender Link. Mit der Eingabetaste suchen Sie nach einem Empfänger mit genau diesem Namen.',
    more: 'Mehr anzeigen',
    requested: 'Neuer Link gewünscht',
    unopened: 'Erinnerung: noch nicht geöffnet',
  },
  states: {
    notOpened: 'nicht geöffnet',
    notYet: 'noch nicht geöffnet',
    opened: 'geöffnet',
    openedAt: 'geöffnet {time}',
    openedBy: 'auf {count} von {max} Geräten geöffnet',
    whole: '{opened}, vollständig heruntergeladen',
    part: '{opened}, teilweise heruntergeladen',
    thenRevoked: '{opened}; danach zurückgezogen',
    replaced: 'durch einen anderen Link ersetzt',
    revoked: 'zurückgezogen: öffnet nichts mehr',
    gone: 'geöffnet oder abgelaufen: Davon ist nichts mehr gespeichert',
    ended: '{opened}; abgelaufen {time}',
    locked: 'gesperrt nach zu vielen falschen Kennwörtern',
    worksFrom: 'gültig ab {from} bis {time}',
    ends: '{opened}; gültig bis {time}',
    asked: 'angefordert, noch nicht geöffnet',
    awaited: '{opened}, noch keine Datei; sie kann bis {time} gesendet werden',
    noFile: '{opened}, keine Datei angekommen',
    received: 'angekommen {time}, {size}',
    unchecked: 'angekommen, wird auf Schadsoftware geprüft',
    refused: 'angekommen, bei der Prüfung auf Schadsoftware abgelehnt',
  },
  facts: {
    for: 'Für',
    state: 'Status',
    created: 'Erstellt',
    size: 'Größe',
    from: 'Von',
    message: 'Nachricht',
    opened: 'Geöffnet',
    openedWith: '{time}, mit {client}, von {address}',
    openedFrom: '{time}, von {address}',
    download: 'Download',
    passphrase: 'Kennwort',
    tries: '{count} von {max} Versuchen verbraucht',
    refused: 'Abgelehnt',
    refusedAfter: { one: 'einmal, nach dem Öffnen', other: '{count}-mal, nach dem Öffnen' },
    requested: 'Gewünscht',
    asked: { one: 'einmal ein neuer Link, zuletzt {time}', other: '{count}-mal ein neuer Link, zuletzt {time}' },
    robots: 'Roboter',
    looked: {
      one: 'haben ihn einmal angesehen, ohne ihn zu öffnen',
      other: 'haben ihn {count}-mal angesehen, ohne ihn zu öffnen',
    },
  },
  delivery: {
    none: 'bisher kein Download',
    started: 'begonnen, aber abgebrochen, bevor sicher ein Byte ankam',
    partial: 'abgebrochen bei {done}',
    partialOf: 'abgebrochen bei {done} von {size}',
    complete: '{done}, vollständig',
    unknown: 'zurzeit nicht bekannt',
  },
  clients: { bot: 'einem Roboter', program: 'einem Programm', app: 'einer App' },
  actions: {
    keep: 'Link behalten',
    revoke: 'Zurückziehen',
    revokeTitle: 'Diesen Link zurückziehen?',
    revokeIt: 'Link zurückziehen',
    revokeText: 'Danach öffnet er nichts mehr. Das lässt sich nicht rückgängig machen.',
    revokeOpened: 'Danach lässt er sich nicht noch einmal öffnen. Ein Download läuft höchstens bis {time} weiter.',
    replace: 'Ersetzen',
    replaceTitle: 'Diesen Link ersetzen?',
    replaceIt: 'Link ersetzen',
    replaceText:
      'Danach öffnet er nichts mehr, und Sie bekommen einen anderen Link zu derselben Datei, der wieder so lange gilt wie dieser.',
    revokeAsked: 'Danach lässt sich mit ihm keine Datei mehr senden. Das lässt sich nicht rückgängig machen.',
    replaceAsked:
      'Danach lässt sich mit ihm keine Datei mehr senden, und Sie bekommen einen anderen Link, der um eine Datei bittet und wieder so lange gilt wie dieser.',
    fetch: 'Datei abrufen',
  },
  upload: {
    asked: 'Sie werden um eine Datei gebeten.',
    askedBy: '{sender} bittet Sie um eine Datei.',
    limit: 'Eine Datei, höchstens {size}.',
    types: 'Erlaubt: {types}.',
    until: 'Sie können sie bis {time} senden.',
    file: 'Datei',
    choose: 'Wählen Sie zuerst die Datei aus.',
    send: 'Senden',
    sending: 'Wird gesendet…',
    goesOn:
      'Ein Teil von „{name}“ ist angekommen. Wählen Sie dieselbe Datei noch einmal: Nur der Rest wird gesendet. Eine andere Datei ersetzt sie.',
    received: 'Ihre Datei ist angekommen',
    receivedBy: '{sender} hat Ihre Datei',
    closable: 'Sie können diese Seite schließen. Sie nimmt keine weitere Datei an.',
    unsure:
      'Noch ist nicht bekannt, ob Ihre Datei angekommen ist. Wählen Sie dieselbe Datei noch einmal und drücken Sie den Knopf.',
    withdrawn: 'Diese Bitte wurde zurückgezogen. Hier kann nichts mehr gesendet werden.',
    ended:
      'Die Zeit dafür ist vorbei. Was nicht vollständig gesendet wurde, ist nicht angekommen. Bitten Sie um einen neuen Link.',
    lost: 'Diese Seite öffnet sich über den Link in Ihrer Nachricht. Öffnen Sie ihn noch einmal in diesem Browser.',
    again: 'Noch einmal versuchen',
    otherTab: 'In einem anderen Fenster wurde neu begonnen. Machen Sie dort weiter, oder laden Sie diese Seite neu.',
    tooLarge: 'Diese Datei ist zu groß: höchstens {size}.',
    wrongType: 'Dateien dieser Art werden nicht angenommen. Erlaubt: {types}.',
    tooMuch: 'Über diesen Link wurde zu viel gesendet. Bitten Sie um einen neuen.',
  },
  problems: {
    noFile: 'Wählen Sie eine Datei aus, oder ziehen Sie eine hierher.',
    unreadable: 'Die Datei lässt sich nicht lesen oder hat sich inzwischen geändert. Wählen Sie sie noch einmal aus.',
    cancelled: 'Abgebrochen.',
    noResponse: 'Keine Antwort. Besteht eine Netzwerkverbindung?',
    goesOn:
      'Keine Antwort: Besteht eine Netzwerkverbindung? Mit der Schaltfläche geht es dort weiter, wo es abgebrochen ist.',
    manyNames: { other: 'Eine Liste hat höchstens {max} Namen. Diese hat {count}.' },
    manyFiles: 'Das sind zu viele Dateien für eine ZIP-Datei. Wählen Sie weniger aus.',
    inZip:
      '„{name}“ kann nicht in eine ZIP-Datei: Auf manchen Computern heißt eine andere Datei genauso, oder unter Windows ist der Name nicht erlaubt. Geben Sie der Datei einen anderen Namen.',
    anotherTime: 'Wählen Sie einen anderen Zeitpunkt.',
    aws: 'Das Programm, das diese Seite geöffnet hat, konnte das nicht ausführen. Es meldet: {what}',
    unknown: 'Das hat nicht geklappt. Versuchen Sie es später noch einmal.',
    unknownId: 'Das hat nicht geklappt. Nennen Sie dem Betreiber dieser Seite diese Nummer: {id}',
  },
  reasons: {
    'token-required':
      'Öffnen Sie diese Seite über den Link oder die Datei, die ihr Programm angezeigt hat. Beides funktioniert, bis das Programm endet.',
    'token-expired': 'Ihre Anmeldung ist abgelaufen. Melden Sie sich wieder an.',
    'token-sender':
      'In Ihrer Anmeldung steht Ihr Name nicht so, wie diese Seite ihn braucht. Wenden Sie sich an den Betreiber dieser Seite.',
    'not-an-issuer': 'Sie dürfen hier keine Dateien senden. Wenden Sie sich an den Betreiber dieser Seite.',
    'verb-not-allowed': 'Das dürfen Sie hier nicht. Wenden Sie sich an den Betreiber dieser Seite.',
    'too-many-requests': 'Das war zu viel auf einmal. Warten Sie eine Minute und versuchen Sie es noch einmal.',
    'key-not-allowed': 'Dateien mit diesem Schlüssel dürfen Sie nicht senden.',
    'idempotency-key-in-use': 'Das läuft schon. Warten Sie einen Moment und versuchen Sie es noch einmal.',
    'sender-fixed': 'Sie können nicht wählen, von wem ein Link ist: Er trägt Ihren Namen. Laden Sie diese Seite neu.',
    'object-unchecked':
      'Die Datei wird noch geprüft. Sie bleibt hier: Drücken Sie die Schaltfläche später noch einmal.',
    'object-refused':
      'Diese Datei ließ sich nicht prüfen: Vielleicht ist sie ein Archiv oder eine PDF-Datei mit Passwort. Es gibt keinen Link zu ihr. Senden Sie sie ohne Passwort.',
    'object-refused THREATS_FOUND': 'In dieser Datei wurde Schadsoftware gefunden. Es gibt keinen Link zu ihr.',
    'object-missing':
      'Diese Datei ist nicht mehr da. Wenn Sie eine ausgewählt haben, sendet die Schaltfläche sie noch einmal.',
    'upload-limit':
      'Mehr können Sie gerade nicht senden. Warten Sie, bis andere Dateien angekommen sind, oder bis morgen.',
    'no-such-upload': 'Die Datei ist nicht innerhalb eines Tages angekommen. Die Schaltfläche sendet sie noch einmal.',
    'upload-incomplete': 'Ein Teil der Datei ist nicht angekommen. Die Schaltfläche sendet ihn.',
    'object-exists':
      'Eine Datei hat diesen Schlüssel schon. Setzen Sie das Häkchen bei „Datei mit diesem Schlüssel ersetzen“, oder wählen Sie einen anderen Schlüssel.',
    'no-such-link':
      'Von diesem Link ist nichts mehr gespeichert: Er wurde geöffnet oder ist vor langer Zeit abgelaufen.',
    'link-revoked': 'Dieser Link wurde schon zurückgezogen oder ersetzt.',
    'capability-alive':
      'Dieser Link wurde geöffnet, und sein Download läuft vielleicht noch. Warten Sie, bis dessen Zeit abgelaufen ist.',
    unavailable: 'Das hat gerade nicht geklappt. Warten Sie einen Moment und versuchen Sie es noch einmal.',
  },
  fields: {
    reference: 'Ein Name hat höchstens {max} Zeichen, und keine unsichtbaren.',
    message: 'Eine Nachricht hat höchstens {max} Zeichen, und keine unsichtbaren.',
    'no message': 'Links haben hier keine Nachricht. Lassen Sie das Feld leer.',
    sender: 'Die Angabe, von wem ein Link ist, hat höchstens {max} Zeichen, und keine unsichtbaren.',
    'no sender': 'Sie können nicht wählen, von wem ein Link ist. Lassen Sie das Feld leer.',
    filename:
      'Ein Dateiname hat höchstens 255 Zeichen, kein / oder \\ und keine unsichtbaren. Wählen Sie einen anderen.',
    'no filename': 'Ein Ordner wird nicht unter einem Namen gespeichert. Lassen Sie den Dateinamen leer.',
    bytes: 'Diese Datei ist zu groß: Hier sind höchstens {size} möglich.',
    'upload.maxBytes': 'Hier sind höchstens {size} möglich. Wählen Sie eine kleinere Größe.',
    key: 'Zu diesem Schlüssel kann kein Link führen. Wählen Sie einen anderen.',
    passphrase: 'Ein Kennwort hat 6 bis 128 Zeichen.',
    maxTries: 'Versuche gibt es nur mit einem Kennwort. Wählen Sie eines, oder lassen Sie die Versuche leer.',
    expiresIn: 'Wählen Sie einen Zeitpunkt bis {latest}.',
    expiresAt: 'Wählen Sie einen Zeitpunkt bis {latest}.',
    notBefore: 'Ein Link muss vor seinem Ende gültig werden. Wählen Sie einen früheren Zeitpunkt.',
    network: 'Ein Netzwerk schreibt man wie 203.0.113.0/24.',
    uses: 'Ein Ordner ist nur für eine Person. Lassen Sie die Verwendungen leer.',
    receipt: 'Dieser Link braucht seinen Nachweis. Setzen Sie das Häkchen bei „Nachweis aufbewahren“.',
    media: 'Um einen Ordner abzuspielen, muss die Datei in einem Ordner liegen.',
    bind: 'So lässt sich ein Link hier nicht binden. Wählen Sie etwas anderes.',
    urlSeconds: 'Für den Download sind {min} bis {max} Sekunden möglich.',
    homeRegion: 'Diese Heimatregion bekommt keine Links. Wählen Sie eine andere.',
    notify:
      'Diesen Endpunkt gibt es nicht. Lassen Sie das Feld leer, oder wenden Sie sich an den Betreiber dieser Seite.',
    remindAt: 'Eine Erinnerung braucht einen Link, der länger als einen Tag gilt.',
    'no remindAt': 'Hier gibt es keine Erinnerungen. Lassen Sie sie weg.',
    deleteFile: 'Diese Datei lässt sich nicht mit ihrem Link löschen. Lassen Sie das weg.',
    'no deleteFile': 'Dateien werden hier nicht mit Links gelöscht. Lassen Sie das weg.',
    'no allowMissing':
      'Dateien werden hier zuerst geprüft, deshalb bekommt eine fehlende keinen Link. Lassen Sie das weg.',
    versionId:
      'Diese Datei ist nicht mehr da. Wenn Sie eine ausgewählt haben, sendet die Schaltfläche sie noch einmal.',
  },
}

/** German. */
export const german: Texts = { pages, refusals, passphrase }
