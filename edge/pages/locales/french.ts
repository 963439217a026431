import type { Translation } from './messages.ts'

const ask = 'Demandez un nouveau lien à l’expéditeur.'
const unused = 'Cette tentative n’a pas utilisé le lien.'
const once =
  'Ce lien fonctionne une seule fois. Consulter cette page ne l’utilise pas ; appuyer sur le bouton l’utilise.'
const incomplete = [
  'Ce lien n’existe pas',
  'L’adresse est incomplète ou modifiée. Veuillez copier de nouveau le lien entier.',
] as const

/** French. A no-break space precedes `;`, `:` and `?`. */
export const french: Translation = {
  file: ['Un fichier vous a été envoyé', once],
  media: ['Un enregistrement vous a été envoyé', once],
  download: 'Télécharger le fichier',
  play: 'Lire',
  from: 'De :',
  given:
    'Ces indications accompagnaient le lien et n’ont pas été vérifiées. Si vous n’attendez pas ce fichier, renseignez-vous d’abord auprès de l’expéditeur par un autre moyen.',
  until: 'Le lien fonctionne jusqu’au TIME (LEFT).',
  past: 'Cette page est restée ouverte trop longtemps : son lien a expiré. Demandez-en un nouveau à l’expéditeur.',
  onceMore:
    'Veuillez appuyer encore une fois sur le bouton. Si ce message réapparaît, autorisez les cookies de ce site.',
  unplayable: {
    hls: 'Ce navigateur ne peut pas lire cet enregistrement. Le lien n’est pas encore utilisé : ouvrez-le dans Safari, ou dans un Chrome ou Edge récent.',
    dash: 'Les navigateurs ne peuvent pas lire cet enregistrement eux-mêmes. N’utilisez pas le lien ici : demandez à l’expéditeur un lien de téléchargement.',
  },
  started: [
    'Votre téléchargement a commencé',
    'Votre navigateur indique où il enregistre le fichier. Le lien qui vous a conduit ici a été utilisé : il n’ouvre plus rien pour d’autres.',
  ],
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
  tryAgain: 'Réessayer',
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
  refusals: {
    'method-not-allowed': ['Cette méthode n’est pas autorisée ici', 'Ouvrez le lien avec GET, ou confirmez avec POST.'],
    speculative: [
      'Pas d’ouverture à l’avance',
      'Un lien qui fonctionne une seule fois n’est pas utilisé pour un préchargement ou un aperçu. Veuillez l’ouvrir vous-même.',
    ],
    automated: [
      'Pas d’ouverture pour un aperçu ou un contrôle',
      'Ce programme se présente comme un robot. Un lien qui fonctionne une seule fois attend une personne : ouvrez-le dans un navigateur.',
    ],
    'idempotency-key-invalid': [
      'Cette Idempotency-Key ne peut pas être utilisée',
      `Envoyez une seule Idempotency-Key de 1 à 255 caractères ASCII imprimables, ou aucune. ${unused}`,
    ],
    'once-client-invalid': [
      'Cet Once-Client ne peut pas être utilisé',
      `Envoyez un seul Once-Client de 43 caractères base64url, ou aucun. ${unused}`,
    ],
    'passphrase-invalid': [
      'Cette phrase secrète ne peut pas être utilisée',
      `Envoyez une seule phrase secrète de 6 à 128 caractères. ${unused}`,
    ],
    malformed: incomplete,
    forged: incomplete,
    unsupported: [
      'Ce lien demande quelque chose que ce serveur ne sait pas encore faire',
      `${unused} Réessayez plus tard, ou demandez un lien simple à l’expéditeur.`,
    ],
    expired: ['Ce lien a expiré', `Son délai est écoulé. ${ask}`],
    'address-unsupported': [
      'Ce téléchargement ne peut pas être lié à votre adresse',
      `Seules les adresses IPv4 le permettent. ${unused} Veuillez l’ouvrir en IPv4.`,
    ],
    'passphrase-required': [
      'Ce lien demande une phrase secrète',
      `Ouvrez-le dans un navigateur, ou envoyez Once-Passphrase. ${unused}`,
    ],
    revoked: ['Ce lien a été retiré', `L’expéditeur l’a retiré. ${ask}`],
    spent: ['Ce lien ne fonctionne plus', `Il fonctionne une seule fois et a déjà été utilisé. ${ask}`],
    locked: ['Ce lien est verrouillé', `Trop de phrases secrètes ont été essayées. ${ask}`],
    'not-yet-valid': [
      'Ce lien n’est pas encore valable',
      `L’expéditeur a fixé un début ultérieur. ${unused} Veuillez le rouvrir plus tard.`,
    ],
    'wrong-network': [
      'Ce lien est destiné à un autre réseau',
      `L’expéditeur l’a lié à un réseau précis. ${unused} Veuillez l’ouvrir depuis ce réseau.`,
    ],
    'client-required': ['Ce lien demande un secret', `Ouvrez-le dans un navigateur, ou envoyez Once-Client. ${unused}`],
    unconfirmed: [
      'Ce lien demande une confirmation',
      `Ouvrez-le dans un navigateur et appuyez sur le bouton, ou envoyez POST avec une Idempotency-Key ou un Once-Client. ${unused}`,
    ],
    'wrong-passphrase': [
      'Cette phrase secrète est incorrecte',
      `Vérifiez chaque caractère. ${unused} Mais seuls quelques essais sont permis.`,
    ],
    'outcome-unknown': [
      'On ne sait pas si le lien a été utilisé',
      'La réponse du stockage s’est perdue. Rien n’indique que quelqu’un d’autre a utilisé le lien. Veuillez réessayer.',
    ],
    unavailable: [
      'Le lien ne peut pas être ouvert pour le moment',
      'Cette tentative ne l’a pas utilisé. Veuillez réessayer.',
    ],
    unsigned: [
      'Le lien a été utilisé, mais son téléchargement n’a pas pu être signé',
      'Personne d’autre ne l’a reçu. Réessayez dans le même navigateur ou avec la même Idempotency-Key, ou demandez un nouveau lien.',
    ],
    failed: [
      'Un problème est survenu de notre côté',
      'Veuillez réessayer. Si cela persiste, demandez un nouveau lien à l’expéditeur.',
    ],
    'not-redeemable': ['Ce lien ne fonctionne pas', ask],
  },
}
