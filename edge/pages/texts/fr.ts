import type { SendersTexts } from './senders-texts.ts'
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
  upload: ['Un fichier vous est demandé', 'Le bouton mène à une page où vous choisissez un fichier.'],
  several:
    'Ce lien fonctionne une fois dans chaque navigateur, pour un nombre limité d’entre eux. Consulter cette page ne l’utilise pas ; appuyer sur le bouton l’utilise.',
  download: 'Télécharger le fichier',
  play: 'Lire',
  proceed: 'Continuer',
  atMost: 'SIZE au maximum',
  only: 'Uniquement de ces types : TYPES',
  from: 'De :',
  given:
    'Ces indications accompagnaient le lien et n’ont pas été vérifiées. Si vous n’attendez pas ce fichier, renseignez-vous d’abord auprès de l’expéditeur par un autre moyen.',
  givenUpload:
    'Ces indications accompagnaient le lien et n’ont pas été vérifiées. Si vous n’attendez pas cette demande, renseignez-vous d’abord par un autre moyen, avant d’envoyer quoi que ce soit.',
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

/** The same for the page for senders, which loads it. */
export const sendersPage: SendersTexts = {
  locale: 'fr',
  title: 'Envoyer un fichier',
  language: 'Langue',
  local: 'sur cet ordinateur',
  noScript: 'Cette page nécessite JavaScript, que votre navigateur n’exécute pas.',
  tabs: { send: 'Envoyer', sent: 'Mes envois' },
  login: {
    first: 'Connectez-vous pour envoyer des fichiers et voir ce qu’ils sont devenus.',
    again: 'Votre session a expiré. Ce que vous avez commencé reste ici et reprend à la prochaine connexion.',
    in: 'Se connecter',
    out: 'Se déconnecter',
    leave: 'Se déconnecter ? Ce que vous n’avez pas copié et les envois en cours seront perdus.',
    noWindow: 'Le navigateur n’a pas ouvert la fenêtre de connexion. Autorisez les fenêtres pop-up pour cette page.',
    failed: 'La connexion a échoué. Réessayez, ou adressez-vous aux responsables de cette page. ({why})',
    left: 'Déconnexion effectuée : ce qui était en cours n’a pas été envoyé.',
    other: 'Une autre personne s’est connectée : ce qui était en cours n’a pas été envoyé.',
    closable: 'Vous pouvez fermer cette fenêtre.',
  },
  form: {
    drop: 'Déposez ici des fichiers ou un dossier, ou bien',
    choose: 'Choisir un fichier',
    chooseFolder: 'Choisir un dossier',
    add: 'Ajouter des fichiers',
    remove: 'Enlever',
    files: { one: '{count} fichier', other: '{count} fichiers' },
    oneZip: 'Ils sont envoyés dans un seul fichier zip.',
    nothingDropped: 'Ce que vous avez déposé ne contient aucun fichier lisible.',
    ways: 'Comment allez-vous envoyer le lien ?',
    way: { mail: 'Par e-mail', chat: 'Par chat', phone: 'Par téléphone', program: 'À un programme' },
    ownPassphrase: { label: 'Votre phrase secrète', hint: '6 caractères au moins' },
    senderOfLogin: 'Le destinataire voit votre nom, tel qu’il figure dans votre compte.',
    until: 'Expire {time}.',
    more: 'Options',
    key: { label: 'Clé de l’objet', hint: 'd’un fichier du bucket, ou de celui que vous envoyez' },
    replace: {
      label: 'Remplacer le fichier ayant cette clé',
      hint: 'ses liens existants donnent toujours la version actuelle',
    },
    create: { one: 'Créer le lien', other: 'Créer {count} liens' },
    creating: 'Création…',
    cancel: 'Annuler',
  },
  options: {
    confirm: {
      label: 'Exiger une confirmation',
      hint: 'une page avec un bouton, pour que les analyses automatiques n’utilisent pas le lien',
    },
    receipt: { label: 'Garder un accusé d’ouverture', hint: 'qui a utilisé le lien, quand et où' },
    uses: {
      label: 'Utilisations',
      hint: '2 à 20 appareils, par exemple une tablette et un ordinateur ; 1 si vide',
    },
    media: { label: 'Pour un lecteur multimédia', choices: { '': 'non', object: 'ce fichier', folder: 'son dossier' } },
    expiresIn: { label: 'Jusqu’à quand ?', choices: { at: 'date et heure au choix' } },
    expiresAt: { label: 'Expire le' },
    notBefore: { label: 'Fonctionne à partir du' },
    urlSeconds: { label: 'Durée du téléchargement', hint: 'en secondes, dès l’ouverture du lien' },
    bind: {
      label: 'Lié à',
      choices: {
        '': 'par défaut',
        exact: 'l’adresse',
        prefix: 'son réseau',
        client: 'le client ou son adresse',
        'client-only': 'le client',
        none: 'rien',
      },
    },
    network: { label: 'Seulement depuis le réseau', hint: 'par exemple 203.0.113.0/24' },
    passphrase: {
      label: 'Phrase secrète',
      choices: { '': 'non', true: 'oui, générée automatiquement', own: 'oui, la mienne' },
    },
    maxTries: { label: 'Essais', hint: '1 à 10 ; 5 si vide' },
    filename: { label: 'Nom du fichier', hint: 'sous lequel il est enregistré' },
    homeRegion: { label: 'Région d’origine', choices: { '': 'par défaut' } },
    reference: { label: 'Pour qui ?', hint: 'un nom, ou une liste : un lien par ligne' },
    sender: { label: 'De la part de qui ?', hint: 'visible par le destinataire' },
    message: { label: 'Message', hint: 'visible par le destinataire' },
    versionId: { label: 'Version de l’objet', hint: 'la dernière si vide' },
    allowMissing: {
      label: 'Autoriser un objet absent',
      hint: 'le lien donne ce qui se trouve sous sa clé au moment de l’ouverture',
    },
    notify: { label: 'Point de terminaison à notifier' },
    remindAt: {
      label: 'Me le rappeler',
      hint: 'si personne ne l’a ouvert',
      choices: { '': 'non', 'day-before': 'un jour avant sa fin' },
    },
    deleteFile: { label: 'Supprimer le fichier après le téléchargement', hint: 'il ne pourra pas être récupéré' },
  },
  people: {
    title: 'Combien de personnes ?',
    text: '« {line} » peut désigner une personne ou plusieurs.',
    lines: { one: 'Une personne', other: '{count} personnes' },
    names: { other: '{count} personnes, un lien pour chacune' },
  },
  progress: {
    upload: 'Envoi',
    done: '{done} sur {size}',
    stalled: '{done} sur {size}. Pas de réponse : nouvelle tentative',
    left: '{done} sur {size}, {rate}/s, encore {left}',
    check: 'Le fichier est analysé à la recherche de logiciels malveillants.',
    waited: 'depuis {time}',
    leave:
      'Cela peut prendre quelques minutes. Vous pouvez fermer cette page. Choisissez de nouveau le même fichier plus tard : il ne sera pas envoyé une seconde fois.',
  },
  created: {
    title: { one: 'Votre lien', other: 'Vos {count} liens' },
    for: 'pour {recipient}',
    works: 'Il fonctionne une seule fois et expire {time}.',
    worksOnEach: 'Il fonctionne une fois par appareil, sur {count} appareils, et expire {time}.',
    shownOnce: 'Il ne s’affiche que maintenant.',
    linkForEach: 'Un lien par personne, affiché seulement maintenant.',
    link: 'Lien',
    passphrase: 'Phrase secrète',
    apart: 'Transmettez la phrase secrète par un autre moyen que le lien : par téléphone, si le lien part par e-mail.',
    copy: 'Copier',
    copied: 'Copié',
    copyByHand: 'Sélectionnez, puis Ctrl+C',
    copyAll: 'Tout copier',
    copyPassphrases: 'Copier toutes les phrases secrètes',
    linkFor: 'le lien pour {recipient}',
    saveTable: 'Enregistrer en CSV',
    recipient: 'destinataire',
    end: 'expire',
    writeMail: 'Écrire l’e-mail',
    mail: 'E-mail',
    mailTo: 'à {recipient}',
    slow: 'Sur une connexion lente, le téléchargement peut s’interrompre sans pouvoir reprendre. Avec « Lié à : le client » dans les options, il peut reprendre.',
    qr: 'Code QR',
    qrOfLink: 'Code QR du lien',
    next: 'Envoyer un autre fichier',
    back: 'Retour à la liste',
    noLink: 'Pas de lien pour {recipient} : {why}',
    subject: 'Un fichier pour vous',
    hello: 'Bonjour,',
    helloTo: 'Bonjour {recipient},',
    leadsTo: 'Voici le lien vers le fichier {name} :',
    asksPassphrase: 'La page demande une phrase secrète, que je vous communique par un autre moyen.',
  },
  sent: {
    search: 'Rechercher',
    searchHint: 'fichier ou destinataire',
    loading: 'Chargement…',
    none: 'Aucun lien.',
    notHere: 'Aucun lien trouvé ici. Appuyez sur Entrée pour chercher un destinataire par son nom complet.',
    more: 'Afficher plus',
    requested: 'Nouveau lien demandé',
    unopened: 'Rappel : pas encore ouvert',
  },
  states: {
    notOpened: 'jamais ouvert',
    notYet: 'pas encore ouvert',
    opened: 'ouvert',
    openedAt: 'ouvert {time}',
    openedBy: 'ouvert {count} fois sur {max}',
    whole: '{opened}, téléchargé en entier',
    part: '{opened}, téléchargé en partie',
    thenRevoked: '{opened} ; puis retiré',
    replaced: 'remplacé par un autre lien',
    revoked: 'retiré : il n’ouvre plus rien',
    gone: 'ouvert ou expiré : rien n’en est conservé',
    ended: 'expiré {time}, {opened}',
    locked: 'verrouillé après trop de phrases secrètes incorrectes',
    worksFrom: 'fonctionne dès {from} ; expire {time}',
    ends: '{opened} ; expire {time}',
  },
  facts: {
    for: 'Pour',
    state: 'État',
    created: 'Créé',
    size: 'Taille',
    from: 'De',
    message: 'Message',
    opened: 'Ouvert',
    openedWith: '{time}, avec {client}, depuis {address}',
    openedFrom: '{time}, depuis {address}',
    download: 'Téléchargement',
    passphrase: 'Phrase secrète',
    tries: 'essais effectués : {count} sur {max}',
    refused: 'Refusé',
    refusedAfter: { one: 'une fois, après l’ouverture', other: '{count} fois, après l’ouverture' },
    requested: 'Demandé',
    asked: {
      one: 'un nouveau lien une fois, {time}',
      other: 'un nouveau lien {count} fois, la dernière fois {time}',
    },
    robots: 'Robots',
    looked: { one: 'l’ont consulté une fois, sans l’ouvrir', other: 'l’ont consulté {count} fois, sans l’ouvrir' },
  },
  delivery: {
    none: 'aucun téléchargement pour l’instant',
    started: 'commencé, interrompu avant le premier octet confirmé',
    partial: 'interrompu à {done}',
    partialOf: 'interrompu à {done} sur {size}',
    complete: '{done}, complet',
    unknown: 'inconnu pour le moment',
  },
  clients: { bot: 'un robot', program: 'un programme', app: 'une application' },
  actions: {
    keep: 'Conserver',
    revoke: 'Retirer',
    revokeTitle: 'Retirer ce lien ?',
    revokeIt: 'Retirer le lien',
    revokeText: 'Il n’ouvrira plus rien. Cette action est irréversible.',
    revokeOpened: 'Il ne pourra plus être rouvert. Un téléchargement en cours s’arrêtera au plus tard {time}.',
    replace: 'Remplacer',
    replaceTitle: 'Remplacer ce lien ?',
    replaceIt: 'Remplacer le lien',
    replaceText:
      'Il n’ouvrira plus rien, et vous recevrez un autre lien vers le même fichier, valable pour la même durée.',
  },
  upload: {
    asked: 'On vous demande un fichier.',
    askedBy: '{sender} vous demande un fichier.',
    limit: 'Un fichier, {size} au maximum.',
    types: 'Autorisés : {types}.',
    until: 'Vous pouvez l’envoyer jusqu’à {time}.',
    file: 'Fichier',
    choose: 'Choisissez d’abord le fichier.',
    send: 'Envoyer',
    sending: 'Envoi en cours…',
    goesOn:
      'Une partie de « {name} » est arrivée. Choisissez à nouveau le même fichier : seul le reste est envoyé. Un autre fichier prend sa place.',
    received: 'Votre fichier est arrivé',
    receivedBy: '{sender} a reçu votre fichier',
    closable: 'Vous pouvez fermer cette page. Elle n’accepte pas d’autre fichier.',
    unsure:
      'On ne sait pas encore si votre fichier est arrivé. Choisissez à nouveau le même fichier et appuyez sur le bouton.',
    withdrawn: 'Cette demande a été retirée. Plus rien ne peut être envoyé ici.',
    ended: 'Le délai est écoulé. Ce qui n’a pas été envoyé entièrement n’est pas arrivé. Demandez un nouveau lien.',
    lost: 'Cette page s’ouvre avec le lien de votre message. Ouvrez-le à nouveau, dans ce navigateur.',
    again: 'Réessayer',
    otherTab: 'L’envoi a recommencé dans une autre fenêtre. Continuez là-bas, ou rechargez cette page.',
    tooLarge: 'Ce fichier est trop volumineux : {size} au maximum.',
    wrongType: 'Les fichiers de ce type ne sont pas acceptés. Autorisés : {types}.',
    tooMuch: 'Trop de données ont été envoyées avec ce lien. Demandez-en un nouveau.',
  },
  problems: {
    noFile: 'Choisissez un fichier, ou déposez-en un.',
    unreadable: 'Le fichier est illisible ou a changé entre-temps. Choisissez-le de nouveau.',
    cancelled: 'Annulé.',
    noResponse: 'Pas de réponse. Le réseau fonctionne-t-il ?',
    goesOn: 'Pas de réponse : le réseau fonctionne-t-il ? Le bouton reprend là où l’envoi s’est interrompu.',
    manyNames: { other: 'Une liste compte au plus {max} noms. Celle-ci en a {count}.' },
    manyFiles: 'Il y a trop de fichiers pour un seul zip. Choisissez-en moins.',
    inZip:
      '« {name} » ne peut pas figurer dans un zip : un autre fichier porte ce nom sur certains ordinateurs, ou Windows n’admet pas ce nom. Donnez-lui un autre nom.',
    anotherTime: 'Choisissez un autre moment.',
    aws: 'Le programme qui a ouvert cette page n’a pas pu le faire. Il indique : {what}',
    unknown: 'Cela n’a pas fonctionné. Réessayez plus tard.',
    unknownId: 'Cela n’a pas fonctionné. Indiquez ce numéro aux responsables de cette page : {id}',
  },
  reasons: {
    'token-required':
      'Ouvrez cette page avec le lien ou le fichier que son programme a affiché. Tous deux fonctionnent jusqu’à l’arrêt de ce programme.',
    'token-expired': 'Votre session a expiré. Reconnectez-vous.',
    'token-sender':
      'Votre compte n’indique pas votre nom comme cette page en a besoin. Adressez-vous aux responsables de cette page.',
    'not-an-issuer':
      'Vous n’avez pas le droit d’envoyer des fichiers ici. Adressez-vous aux responsables de cette page.',
    'verb-not-allowed': 'Vous n’avez pas le droit de faire cela. Adressez-vous aux responsables de cette page.',
    'too-many-requests': 'C’était trop à la fois. Attendez une minute, puis réessayez.',
    'key-not-allowed': 'Vous n’avez pas le droit d’envoyer des fichiers avec cette clé.',
    'idempotency-key-in-use': 'C’est déjà en cours. Attendez un instant, puis réessayez.',
    'sender-fixed': 'L’expéditeur d’un lien ne se choisit pas : c’est votre nom qui y figure. Rechargez cette page.',
    'object-unchecked':
      'L’analyse du fichier n’est pas terminée. Il reste ici : appuyez de nouveau sur le bouton plus tard.',
    'object-refused':
      'Ce fichier n’a pas pu être analysé : c’est peut-être une archive ou un PDF protégé par un mot de passe. Aucun lien n’y mène. Envoyez-le sans mot de passe.',
    'object-refused THREATS_FOUND': 'Un logiciel malveillant a été trouvé dans ce fichier. Aucun lien n’y mène.',
    'object-missing': 'Ce fichier n’est plus là. Si vous l’avez choisi ici, le bouton l’envoie de nouveau.',
    'upload-limit':
      'Vous ne pouvez rien envoyer de plus pour l’instant. Attendez que d’autres fichiers soient arrivés, ou réessayez demain.',
    'no-such-upload': 'Le fichier n’est pas arrivé en l’espace d’un jour. Le bouton l’envoie de nouveau.',
    'upload-incomplete': 'Une partie du fichier n’est pas arrivée. Le bouton l’envoie.',
    'object-exists':
      'Un fichier a déjà cette clé. Cochez « Remplacer le fichier ayant cette clé », ou choisissez une autre clé.',
    'no-such-link': 'Rien n’est conservé de ce lien : il a été ouvert, ou a expiré depuis longtemps.',
    'link-revoked': 'Ce lien a déjà été retiré ou remplacé.',
    'capability-alive':
      'Ce lien a été ouvert, et son téléchargement est peut-être encore en cours. Attendez qu’il soit terminé.',
    unavailable: 'Cela n’a pas fonctionné cette fois-ci. Attendez un instant, puis réessayez.',
  },
  fields: {
    reference: 'Un nom compte au plus {max} caractères, et aucun caractère invisible.',
    message: 'Un message compte au plus {max} caractères, et aucun caractère invisible.',
    'no message': 'Ici, les liens n’ont pas de message. Laissez ce champ vide.',
    sender: 'Le nom de l’expéditeur compte au plus {max} caractères, et aucun caractère invisible.',
    'no sender': 'L’expéditeur d’un lien ne se choisit pas. Laissez ce champ vide.',
    filename:
      'Un nom de fichier compte au plus 255 caractères, sans / ni \\ ni caractère invisible. Choisissez-en un autre.',
    'no filename': 'Un dossier ne s’enregistre pas sous un nom. Laissez le nom du fichier vide.',
    bytes: 'Ce fichier est trop volumineux : la limite est ici de {size}.',
    key: 'Un lien ne peut pas mener à cette clé. Choisissez-en une autre.',
    passphrase: 'Une phrase secrète compte de 6 à 128 caractères.',
    maxTries: 'Les essais ne concernent que les phrases secrètes. Choisissez-en une, ou laissez « Essais » vide.',
    expiresIn: 'Choisissez un moment, au plus tard le {latest}.',
    expiresAt: 'Choisissez un moment, au plus tard le {latest}.',
    notBefore: 'Un lien doit fonctionner avant d’expirer. Choisissez un début antérieur.',
    network: 'Un réseau s’écrit sous la forme 203.0.113.0/24.',
    uses: 'Un dossier est pour une seule personne. Laissez « Utilisations » vide.',
    receipt: 'Ce lien a besoin de son accusé d’ouverture. Gardez-le.',
    media: 'Un dossier pour un lecteur multimédia exige un fichier placé dans un dossier.',
    bind: 'Ici, un lien ne peut pas être lié ainsi. Choisissez autre chose.',
    urlSeconds: 'La durée du téléchargement va de {min} à {max} secondes.',
    homeRegion: 'Cette Région d’origine ne reçoit pas de liens. Choisissez-en une autre.',
    notify:
      'Ce point de terminaison n’existe pas. Laissez ce champ vide, ou adressez-vous aux responsables de cette page.',
    remindAt: 'Un rappel demande un lien valable plus d’un jour.',
    'no remindAt': 'Il n’y a pas de rappels ici. Choisissez « non ».',
    deleteFile: 'Ce fichier ne peut pas être supprimé avec son lien. Décochez cette option.',
    'no deleteFile': 'Ici, les fichiers ne sont pas supprimés avec les liens. Décochez cette option.',
    'no allowMissing':
      'Ici, les fichiers sont d’abord analysés : un fichier absent ne reçoit pas de lien. Décochez cette option.',
    versionId: 'Ce fichier n’est plus là. Si vous l’avez choisi ici, le bouton l’envoie de nouveau.',
  },
}

/** French. A no-break space precedes `;`, `:` and `?`. */
export const french: Texts = { pages, refusals, passphrase }
