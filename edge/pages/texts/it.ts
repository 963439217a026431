import { siUnits } from '../../../shared/texts/size.ts'
import type { PageTexts, PassphraseTexts, RefusalTexts, Texts } from './texts.ts'

const once = 'Questo link funziona una sola volta. Guardare questa pagina non lo consuma; premere il pulsante sì.'
const incomplete = [
  'Questo link non esiste',
  'L’indirizzo è incompleto o è stato modificato. Copi di nuovo il link intero.',
] as const

const pages: PageTexts = {
  file: ['Le è stato inviato un file', once],
  media: ['Le è stata inviata una registrazione', once],
  several:
    'Questo link funziona una volta in ogni browser, e solo in un numero limitato di browser. Guardare questa pagina non lo consuma; premere il pulsante sì.',
  download: 'Scarica il file',
  play: 'Riproduci',
  from: 'Da:',
  given:
    'Questi dati sono arrivati con il link e non sono stati verificati. Se non aspetta questo file, chieda prima al mittente per un’altra via.',
  until: 'Il link funziona fino a TIME (LEFT).',
  past: 'Questa pagina è rimasta aperta troppo a lungo: il link è scaduto. Ne chieda uno nuovo al mittente.',
  onceMore: 'Prema ancora una volta il pulsante. Se questo avviso riappare, consenta i cookie di questo sito.',
  inApp:
    'Apra prima questa pagina nel Suo browser: molte app non possono salvare file. Nel menu dell’app (⋯ o ⋮), scelga «Apri nel browser».',
  unplayable: {
    hls: 'Questo browser non può riprodurre questa registrazione. Il link non è ancora stato usato: lo apra in Safari oppure in una versione attuale di Chrome o Edge.',
    dash: 'I browser non possono riprodurre da soli questa registrazione. Non usi il link qui: chieda al mittente un link per il download.',
  },
  started: [
    'Il download è iniziato',
    'Il browser mostra dove salva il file. Il link che porta qui è stato usato: ad altri non apre più nulla.',
  ],
  startedSeveral: 'Il browser mostra dove salva il file. In questo browser, il link che porta qui è stato usato.',
  startAgain: 'Avvia di nuovo',
  startsUntil: 'Può avviarlo di nuovo fino a TIME (LEFT).',
  lost: 'Se il file non arriva, avvii di nuovo il download. Dopo questo termine, chieda un nuovo link al mittente.',
  startsNoMore:
    'Qui non è più possibile avviare il download. Se il file non è arrivato, chieda un nuovo link al mittente.',
  player: [
    'Pronto per la riproduzione',
    'Tenga aperta questa pagina: il link che porta qui è stato usato. Se non viene riprodotto nulla, forse questo browser non conosce il formato; in tal caso, chieda al mittente un link per il download.',
  ],
  save: 'Salva come file',
  playsUntil: 'La riproduzione è possibile fino a TIME (LEFT).',
  playsNoMore: 'Il tempo per la riproduzione è finito. Chieda un nuovo link al mittente.',
  validFrom: 'Funziona a partire da TIME (LEFT).',
  usedByYou: 'Ha aperto questo link: TIME. Se Le serve ancora il file, chieda un nuovo link al mittente.',
  usedByOther: 'È stato aperto: TIME. Se non è stato Lei, avvisi il mittente e chieda un nuovo link.',
  usedUp: 'È stato usato in tanti browser quanti ne consente. Ne chieda uno nuovo al mittente.',
  tryAgain: 'Riprova',
  ask: 'Chiedi un nuovo link al mittente',
  asked: 'La richiesta è stata inviata',
  unasked: 'La richiesta non è stata inviata',
  askedNext: 'Se non arriva un nuovo link, lo chieda per un’altra via.',
  types: {
    pdf: 'documento PDF',
    document: 'documento di testo',
    sheet: 'foglio di calcolo',
    slides: 'presentazione',
    picture: 'immagine',
    video: 'video',
    audio: 'audio',
    archive: 'archivio compresso',
    text: 'testo semplice',
    page: 'pagina web',
    program: 'programma',
  },
  sizes: { units: siUnits, decimalMark: ',' },
  dates: {
    weekdays: 'domenica lunedì martedì mercoledì giovedì venerdì sabato',
    months: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
    dates: ['{w} {d} {m}, {t} UTC', '{w} {d} {m} {y}, {t} UTC'],
    left: ['tra 1 secondo', 'tra # secondi', 'tra # minuti', 'tra # ore', 'tra # giorni'],
  },
}

const refusals: RefusalTexts = {
  ASK: 'Chieda un nuovo link al mittente.',
  UNUSED: 'Questo tentativo non ha usato il link.',
  'method-not-allowed': ['Questo metodo non è consentito qui', 'Apra il link con GET, o confermi con POST.'],
  speculative: [
    'Non viene aperto in anticipo',
    'Un precaricamento o un’anteprima non usa alcun link. Lo apra di persona.',
  ],
  automated: [
    'Non viene aperto per un’anteprima o un controllo',
    'Questo programma si presenta come un robot. Il link aspetta una persona: lo apra in un browser.',
  ],
  'cross-origin': ['Non viene aperto per un’altra pagina', 'UNUSED'],
  'idempotency-key-invalid': [
    'Questa Idempotency-Key non può essere usata',
    'Invii una sola Idempotency-Key da 1 a 255 caratteri ASCII stampabili, o nessuna. UNUSED',
  ],
  'once-client-invalid': [
    'Questo Once-Client non può essere usato',
    'Invii un solo Once-Client di 43 caratteri base64url, o nessuno. UNUSED',
  ],
  'passphrase-invalid': [
    'Questa frase segreta non può essere usata',
    'Invii una sola frase segreta da 6 a 128 caratteri. UNUSED',
  ],
  malformed: incomplete,
  forged: incomplete,
  unsupported: [
    'Questo link chiede qualcosa che questo server non sa ancora fare',
    'UNUSED Riprovi più tardi, o chieda al mittente un link semplice.',
  ],
  expired: ['Questo link è scaduto', 'Il suo tempo è finito. ASK'],
  'address-unsupported': [
    'Questo download non può essere legato al Suo indirizzo',
    'È possibile solo con indirizzi IPv4. UNUSED Lo apra tramite IPv4.',
  ],
  'passphrase-required': [
    'Questo link chiede una frase segreta',
    'Lo apra in un browser, o invii Once-Passphrase. UNUSED',
  ],
  revoked: ['Questo link è stato ritirato', 'Il mittente lo ha ritirato. ASK'],
  replaced: ['C’è un link più recente', 'Cerchi un messaggio successivo del mittente.'],
  spent: ['Questo link non funziona più', 'Funziona una sola volta ed è già stato usato. ASK'],
  locked: ['Questo link è bloccato', 'Sono state provate troppe frasi segrete. ASK'],
  'not-yet-valid': [
    'Questo link non è ancora valido',
    'Il mittente ha stabilito un inizio successivo. UNUSED Lo apra di nuovo più tardi.',
  ],
  'wrong-network': [
    'Questo link è per un’altra rete',
    'Il mittente lo ha legato a una rete precisa. UNUSED Lo apra da quella rete.',
  ],
  'client-required': ['Questo link chiede un segreto', 'Lo apra in un browser, o invii Once-Client. UNUSED'],
  unconfirmed: [
    'Questo link chiede una conferma',
    "Lo apra in un browser e prema il pulsante, o invii POST con una Idempotency-Key o un Once-Client: curl -L -d '' -H 'Idempotency-Key: …'. UNUSED",
  ],
  'wrong-passphrase': [
    'Questa frase segreta è sbagliata',
    'Controlli ogni carattere. UNUSED Ma sono consentiti solo pochi tentativi.',
  ],
  'outcome-unknown': [
    'Non si sa se il link è stato usato',
    'La risposta dell’archivio è andata persa. Non risulta che altri abbiano usato il link. Riprovi.',
  ],
  unavailable: ['Al momento il link non si può aprire', 'Questo tentativo non lo ha usato. Riprovi.'],
  failed: [
    'Qualcosa è andato storto da parte nostra',
    'Riprovi. Se il problema resta, chieda un nuovo link al mittente.',
  ],
  'not-redeemable': ['Questo link non funziona', 'ASK'],
}

const passphrase: PassphraseTexts = {
  title: 'Questo link chiede una frase segreta',
  detail:
    'Il mittente gliela comunica per un’altra via, per esempio per telefono. Non è una delle Sue password. Maiuscole, spazi e trattini non fanno differenza.',
  label: 'Frase segreta',
  open: 'Apri il link',
  again:
    'Inserisca la frase segreta e prema ancora una volta il pulsante. Se questa pagina riappare, consenta i cookie di questo sito.',
  notOpened: 'Il link non si è aperto. Controlli la frase segreta, o chieda un nuovo link al mittente.',
  wrong: 'Questa frase segreta è sbagliata. Il link non è stato usato. Tentativi rimasti: COUNT.',
}

/** Italian. */
export const italian: Texts = { pages, refusals, passphrase }
