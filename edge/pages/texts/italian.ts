import { siUnits } from '../../../shared/size.ts'
import type { ErrorPageTexts, PageTexts, PassphraseTexts, RefusalTexts, Texts } from './texts.ts'

const once = 'Questo link funziona una volta sola. Vedere questa pagina non lo consuma; premere il pulsante sì.'
const incomplete = [
  'Questo link non esiste',
  'L’indirizzo è incompleto o è stato modificato. Copi di nuovo il link intero.',
] as const

const pages: PageTexts = {
  file: ['Le è stato inviato un file', once],
  media: ['Le è stata inviata una registrazione', once],
  download: 'Scaricare il file',
  play: 'Riprodurre',
  from: 'Da:',
  given:
    'Questi dati sono arrivati con il link e non sono stati verificati. Se non aspetta questo file, chieda prima al mittente per un’altra via.',
  until: 'Il link funziona fino a TIME (LEFT).',
  past: 'Questa pagina è rimasta aperta troppo a lungo: il suo link è scaduto. Ne chieda uno nuovo a chi lo ha inviato.',
  onceMore: 'Prema ancora una volta il pulsante. Se rivede questo avviso, permetta i cookie di questo sito.',
  unplayable: {
    hls: 'Questo browser non può riprodurre la registrazione. Il link non è ancora stato usato: lo apra in Safari, o in un Chrome o Edge attuale.',
    dash: 'I browser non possono riprodurre la registrazione da soli. Non usi il link qui: chieda un link per scaricarla a chi lo ha inviato.',
  },
  started: [
    'Il download è iniziato',
    'Il browser mostra dove salva il file. Il link che l’ha portata qui è stato usato: ad altri non apre più nulla.',
  ],
  startAgain: 'Iniziare di nuovo',
  startsUntil: 'Può iniziarlo di nuovo fino a TIME (LEFT).',
  lost: 'Se non arriva, lo inizi di nuovo. Dopo, chieda un link nuovo a chi lo ha inviato.',
  startsNoMore:
    'Qui non si può più iniziare di nuovo. Se il file non è arrivato, chieda un link nuovo a chi lo ha inviato.',
  player: [
    'Tutto pronto per la riproduzione',
    'Tenga aperta questa pagina: il link che l’ha portata qui è stato usato. Se non si riproduce nulla, forse questo browser non conosce il formato; in tal caso chieda un link per scaricare a chi lo ha inviato.',
  ],
  save: 'Salvare come file',
  playsUntil: 'Può riprodurlo fino a TIME (LEFT).',
  playsNoMore: 'Il tempo per la riproduzione è finito. Chieda un link nuovo a chi lo ha inviato.',
  validFrom: 'Sarà valido da TIME (LEFT).',
  tryAgain: 'Riprovare',
  types: {
    pdf: 'documento PDF',
    document: 'documento di testo',
    sheet: 'foglio di calcolo',
    slides: 'presentazione',
    picture: 'immagine',
    video: 'video',
    audio: 'audio',
    archive: 'file compresso',
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
  ASK: 'Chieda un link nuovo a chi lo ha inviato.',
  UNUSED: 'Questo tentativo non ha usato il link.',
  'method-not-allowed': ['Questo metodo non è permesso qui', 'Apra il link con GET o lo confermi con POST.'],
  speculative: [
    'Non si apre in anticipo',
    'Un link che funziona una volta sola non si consuma per un precaricamento o un’anteprima. Lo apra Lei.',
  ],
  automated: [
    'Non si apre per un’anteprima o un controllo',
    'Questo programma dice di essere un robot. Un link che funziona una volta sola aspetta una persona: lo apra in un browser.',
  ],
  'idempotency-key-invalid': [
    'Questa Idempotency-Key non si può usare',
    'Invii una sola Idempotency-Key da 1 a 255 caratteri ASCII stampabili, o nessuna. UNUSED',
  ],
  'once-client-invalid': [
    'Questo Once-Client non si può usare',
    'Invii un solo Once-Client di 43 caratteri base64url, o nessuno. UNUSED',
  ],
  'passphrase-invalid': ['Questa parola d’ordine non si può usare', 'Ne invii una sola da 6 a 128 caratteri. UNUSED'],
  malformed: incomplete,
  forged: incomplete,
  unsupported: [
    'Questo link chiede qualcosa che questo server non sa ancora fare',
    'UNUSED Riprovi più tardi, o chieda un link semplice a chi lo ha inviato.',
  ],
  expired: ['Questo link è scaduto', 'Il suo tempo è finito. ASK'],
  'address-unsupported': [
    'Questo download non si può legare al Suo indirizzo',
    'È possibile solo con indirizzi IPv4. UNUSED Lo apra tramite IPv4.',
  ],
  'passphrase-required': [
    'Questo link chiede una parola d’ordine',
    'Lo apra in un browser, o invii Once-Passphrase. UNUSED',
  ],
  revoked: ['Questo link è stato ritirato', 'Chi lo ha inviato lo ha ritirato. ASK'],
  spent: ['Questo link non funziona più', 'Funziona una volta sola, ed è stato usato. ASK'],
  locked: ['Questo link è bloccato', 'Sono state provate troppe parole d’ordine. ASK'],
  'not-yet-valid': [
    'Questo link non è ancora valido',
    'Chi lo ha inviato ha fissato un inizio successivo. UNUSED Lo apra di nuovo più tardi.',
  ],
  'wrong-network': [
    'Questo link è per un’altra rete',
    'Chi lo ha inviato lo ha legato a una rete. UNUSED Lo apra da quella rete.',
  ],
  'client-required': ['Questo link chiede un segreto', 'Lo apra in un browser, o invii Once-Client. UNUSED'],
  unconfirmed: [
    'Questo link chiede una conferma',
    'Lo apra in un browser e prema il pulsante, o invii POST con una Idempotency-Key o un Once-Client. UNUSED',
  ],
  'wrong-passphrase': [
    'Questa parola d’ordine è sbagliata',
    'Controlli ogni carattere. UNUSED Ma i tentativi permessi sono pochi.',
  ],
  'outcome-unknown': [
    'Non si sa se il link è stato usato',
    'La risposta dell’archivio è andata persa. Non risulta che altri abbiano usato il link. Riprovi.',
  ],
  unavailable: ['Il link non si può aprire in questo momento', 'Questo tentativo non lo ha usato. Riprovi.'],
  unsigned: [
    'Il link è stato usato, ma il download non si è potuto firmare',
    'Nessun altro lo ha ricevuto. Riprovi nello stesso browser o con la stessa Idempotency-Key, o chieda un link nuovo.',
  ],
  failed: ['C’è stato un problema da parte nostra', 'Riprovi. Se continua, chieda un link nuovo a chi lo ha inviato.'],
  'not-redeemable': ['Questo link non funziona', 'ASK'],
}

const passphrase: PassphraseTexts = {
  title: 'Questo link chiede una parola d’ordine',
  detail:
    'Il mittente gliela dà per un’altra via, per esempio al telefono. Non è nessuna delle Sue password. Maiuscole, spazi e trattini non contano.',
  label: 'Parola d’ordine',
  open: 'Aprire il link',
  again:
    'Scriva la parola d’ordine e prema ancora il pulsante. Se rivede questo avviso, permetta i cookie di questo sito.',
  notOpened: 'Il link non si è aperto. Controlli la parola d’ordine o chieda un link nuovo al mittente.',
  wrong: 'Questa parola d’ordine è sbagliata. Il link non è stato usato. Tentativi rimasti: COUNT.',
}

const errorPages: ErrorPageTexts = {
  403: [
    'Questo download non si può aprire qui',
    'Forse il suo tempo è finito, la Sua rete è cambiata, l’indirizzo è incompleto o il file è stato ritirato. Apra di nuovo il link nel browser in cui lo ha aperto la prima volta. Se non serve, chieda un link nuovo a chi lo ha inviato.',
  ],
  404: ['Questo file non è più qui', 'Forse chi lo ha inviato lo ha ritirato o sostituito. Gliene chieda uno nuovo.'],
}

/** Italian. */
export const italian: Texts = { pages, refusals, passphrase, errorPages }
