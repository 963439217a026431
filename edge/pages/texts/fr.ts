import type { ErrorPageTexts, GateTexts, PageTexts, PassphraseTexts, RefusalTexts, Texts } from './texts.ts'

const once =
  'Ce lien fonctionne une seule fois. Consulter cette page ne l’utilise pas ; appuyer sur le bouton l’utilise.'
const incomplete = [
  'Ce lien n’existe pas',
  'L’adresse est incomplète ou modifiée. Veuillez copier de nouveau le lien entier.',
] as const

const pages: PageTexts = {
  file: ['Un fichier vous a été envoyé', once],
  media: ['Un enregistrement vous a été envoyé', once],
  several:
    'Ce lien fonctionne une fois dans chaque navigateur, pour un nombre limité d’entre eux. Consulter cette page ne l’utilise pas ; appuyer sur le bouton l’utilise.',
  download: 'Télécharger le fichier',
  play: 'Lire',
  from: 'De :',
  given:
    'Ces indications accompagnaient le lien et n’ont pas été vérifiées. Si vous n’attendez pas ce fichier, renseignez-vous d’abord auprès de l’expéditeur par un autre moyen.',
  until: 'Le lien fonctionne jusqu’au TIME (LEFT).',
  past: 'Cette page est restée ouverte trop longtemps : son lien a expiré. Demandez-en un nouveau à l’expéditeur.',
  onceMore:
    'Veuillez appuyer encore une fois sur le bouton. Si ce message réapparaît, autorisez les cookies de ce site.',
  inApp:
    'Ouvrez d’abord cette page dans votre navigateur : beaucoup d’applications ne peuvent pas enregistrer de fichiers. Dans le menu de l’application (⋯ ou ⋮), choisissez « Ouvrir dans le navigateur ».',
  unplayable: {
    hls: 'Ce navigateur ne peut pas lire cet enregistrement. Le lien n’est pas encore utilisé : ouvrez-le dans Safari, ou dans un Chrome ou Edge récent.',
    dash: 'Les navigateurs ne peuvent pas lire cet enregistrement eux-mêmes. N’utilisez pas le lien ici : demandez à l’expéditeur un lien de téléchargement.',
  },
  started: [
    'Votre téléchargement a commencé',
    'Votre navigateur indique où il enregistre le fichier. Le lien qui vous a conduit ici a été utilisé : il n’ouvre plus rien pour d’autres.',
  ],
  startedSeveral:
    'Votre navigateur indique où il enregistre le fichier. Dans ce navigateur, le lien qui vous a conduit ici a été utilisé.',
  startAgain: 'Recommencer',
  startsUntil: 'Vous pouvez recommencer jusqu’au TIME (LEFT).',
  lost: 'S’il n’arrive pas, recommencez. Passé ce délai, demandez un nouveau lien à l’expéditeur.',
  startsNoMore:
    'Il n’est plus possible de recommencer ici. Si le fichier n’est pas arrivé, demandez un nouveau lien à l’expéditeur.',
  player: [
    'Prêt pour la lecture',
    'Gardez cette page ouverte : le lien qui vous y a conduit a été utilisé. Si rien ne démarre, ce navigateur ne connaît peut-être pas le format ; demandez alors un téléchargement à l’expéditeur.',
  ],
  save: 'Enregistrer comme fichier',
  playsUntil: 'La lecture est possible jusqu’au TIME (LEFT).',
  playsNoMore: 'Le délai de lecture est écoulé. Demandez un nouveau lien à l’expéditeur.',
  validFrom: 'Il sera valable à partir du TIME (LEFT).',
  usedByYou:
    'Vous avez ouvert ce lien : TIME. Si vous avez encore besoin du fichier, demandez un nouveau lien à l’expéditeur.',
  usedByOther:
    'Il a été ouvert : TIME. Si ce n’était pas vous, signalez-le à l’expéditeur et demandez-lui un nouveau lien.',
  usedUp: 'Il a été utilisé dans autant de navigateurs qu’il le permet. Demandez-en un nouveau à l’expéditeur.',
  tryAgain: 'Réessayer',
  ask: 'Demander un nouveau lien à l’expéditeur',
  asked: 'La demande a été transmise',
  unasked: 'La demande n’a pas été transmise',
  askedNext: 'Si aucun nouveau lien n’arrive, demandez-le par un autre moyen.',
  types: {
    pdf: 'document PDF',
    document: 'document texte',
    sheet: 'feuille de calcul',
    slides: 'présentation',
    picture: 'image',
    video: 'vidéo',
    audio: 'audio',
    archive: 'archive',
    text: 'texte brut',
    page: 'page web',
    program: 'programme',
  },
  sizes: { units: ['o', 'ko', 'Mo', 'Go', 'To'], decimalMark: ',' },
  dates: {
    weekdays: 'dimanche lundi mardi mercredi jeudi vendredi samedi',
    months: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
    dates: ['{w} {d} {m}, {t} UTC', '{w} {d} {m} {y}, {t} UTC'],
    left: ['dans 1 seconde', 'dans # secondes', 'dans # minutes', 'dans # heures', 'dans # jours'],
  },
}

const refusals: RefusalTexts = {
  ASK: 'Demandez un nouveau lien à l’expéditeur.',
  UNUSED: 'Cette tentative n’a pas utilisé le lien.',
  'method-not-allowed': ['Cette méthode n’est pas autorisée ici', 'Ouvrez le lien avec GET, ou confirmez avec POST.'],
  speculative: [
    'Pas d’ouverture à l’avance',
    'Un préchargement ou un aperçu n’utilise aucun lien. Veuillez l’ouvrir vous-même.',
  ],
  automated: [
    'Pas d’ouverture pour un aperçu ou un contrôle',
    'Ce programme se présente comme un robot. Le lien attend une personne : ouvrez-le dans un navigateur.',
  ],
  'cross-origin': ['Pas d’ouverture pour une autre page', 'UNUSED'],
  'idempotency-key-invalid': [
    'Cette Idempotency-Key ne peut pas être utilisée',
    'Envoyez une seule Idempotency-Key de 1 à 255 caractères ASCII imprimables, ou aucune. UNUSED',
  ],
  'once-client-invalid': [
    'Cet Once-Client ne peut pas être utilisé',
    'Envoyez un seul Once-Client de 43 caractères base64url, ou aucun. UNUSED',
  ],
  'passphrase-invalid': [
    'Cette phrase secrète ne peut pas être utilisée',
    'Envoyez une seule phrase secrète de 6 à 128 caractères. UNUSED',
  ],
  malformed: incomplete,
  forged: incomplete,
  unsupported: [
    'Ce lien demande quelque chose que ce serveur ne sait pas encore faire',
    'UNUSED Réessayez plus tard, ou demandez un lien simple à l’expéditeur.',
  ],
  expired: ['Ce lien a expiré', 'Son délai est écoulé. ASK'],
  'address-unsupported': [
    'Ce téléchargement ne peut pas être lié à votre adresse',
    'Seules les adresses IPv4 le permettent. UNUSED Veuillez l’ouvrir en IPv4.',
  ],
  'passphrase-required': [
    'Ce lien demande une phrase secrète',
    'Ouvrez-le dans un navigateur, ou envoyez Once-Passphrase. UNUSED',
  ],
  revoked: ['Ce lien a été retiré', 'L’expéditeur l’a retiré. ASK'],
  replaced: ['Il existe un lien plus récent', 'Veuillez chercher un message plus récent de l’expéditeur.'],
  spent: ['Ce lien ne fonctionne plus', 'Il fonctionne une seule fois et a déjà été utilisé. ASK'],
  locked: ['Ce lien est verrouillé', 'Trop de phrases secrètes ont été essayées. ASK'],
  'not-yet-valid': [
    'Ce lien n’est pas encore valable',
    'L’expéditeur a fixé un début ultérieur. UNUSED Veuillez le rouvrir plus tard.',
  ],
  'wrong-network': [
    'Ce lien est destiné à un autre réseau',
    'L’expéditeur l’a lié à un réseau précis. UNUSED Veuillez l’ouvrir depuis ce réseau.',
  ],
  'client-required': ['Ce lien demande un secret', 'Ouvrez-le dans un navigateur, ou envoyez Once-Client. UNUSED'],
  unconfirmed: [
    'Ce lien demande une confirmation',
    "Ouvrez-le dans un navigateur et appuyez sur le bouton, ou envoyez POST avec une Idempotency-Key ou un Once-Client : curl -L -d '' -H 'Idempotency-Key: …'. UNUSED",
  ],
  'wrong-passphrase': [
    'Cette phrase secrète est incorrecte',
    'Vérifiez chaque caractère. UNUSED Mais seuls quelques essais sont permis.',
  ],
  'outcome-unknown': [
    'On ne sait pas si le lien a été utilisé',
    'La réponse du stockage s’est perdue. Rien n’indique que quelqu’un d’autre a utilisé le lien. Veuillez réessayer.',
  ],
  unavailable: [
    'Le lien ne peut pas être ouvert pour le moment',
    'Cette tentative ne l’a pas utilisé. Veuillez réessayer.',
  ],
  failed: [
    'Un problème est survenu de notre côté',
    'Veuillez réessayer. Si cela persiste, demandez un nouveau lien à l’expéditeur.',
  ],
  'not-redeemable': ['Ce lien ne fonctionne pas', 'ASK'],
}

const passphrase: PassphraseTexts = {
  title: 'Ce lien demande une phrase secrète',
  detail:
    'L’expéditeur vous la donne par un autre moyen, par exemple au téléphone. Ce n’est pas l’un de vos propres mots de passe. Majuscules, espaces et traits d’union ne comptent pas.',
  label: 'Phrase secrète',
  open: 'Ouvrir le lien',
  again:
    'Saisissez la phrase secrète et appuyez encore une fois sur le bouton. Si cette page revient, autorisez les cookies de ce site.',
  notOpened: 'Le lien ne s’est pas ouvert. Vérifiez la phrase secrète, ou demandez un nouveau lien à l’expéditeur.',
  wrong: 'Cette phrase secrète est incorrecte. Le lien n’a pas été utilisé. Essais restants : COUNT.',
}

/** The same for the gate, which has room for its own part only. */
export const gate: GateTexts = {
  AGAIN:
    'Ouvrez à nouveau le lien dans le navigateur ou le programme qui l’a ouvert en premier. Si cela ne suffit pas, demandez un nouveau lien à l’expéditeur.',
  altered: ['Cette adresse a été modifiée', 'AGAIN'],
  'other-address': [
    'Ce téléchargement est destiné à un autre réseau',
    'Il ne fonctionne que dans le réseau où le lien a été ouvert : revenez-y ou demandez un nouveau lien.',
  ],
  'other-client': ['Ce téléchargement est destiné à un autre navigateur ou programme', 'AGAIN'],
}

/** The same for the pages of CloudFront’s own errors, which show all languages at once. */
export const errorPages: ErrorPageTexts = {
  403: [
    'Ce téléchargement ne peut pas être ouvert ici',
    'Son délai est peut-être écoulé, votre réseau a peut-être changé, l’adresse est peut-être incomplète, ou l’expéditeur a peut-être supprimé le fichier. Revenez au réseau où vous avez ouvert le lien. Si cela ne suffit pas, demandez un nouveau lien à l’expéditeur.',
  ],
  404: ['Ce fichier n’est plus là', 'L’expéditeur l’a peut-être supprimé ou remplacé. Demandez-lui un nouveau lien.'],
}

/** French. A no-break space precedes `;`, `:` and `?`. */
export const french: Texts = { pages, refusals, passphrase }
