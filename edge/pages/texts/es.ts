import { siUnits } from '../../../shared/texts/size.ts'
import type { ErrorPageTexts, GateTexts, PageTexts, PassphraseTexts, RefusalTexts, Texts } from './texts.ts'

const once = 'Este enlace funciona una sola vez. Ver esta página no lo gasta; pulsar el botón, sí.'
const incomplete = [
  'Este enlace no existe',
  'La dirección está incompleta o se ha modificado. Copie de nuevo el enlace completo.',
] as const

const pages: PageTexts = {
  file: ['Le han enviado un archivo', once],
  media: ['Le han enviado una grabación', once],
  several:
    'Este enlace funciona una vez en cada navegador, y solo en un número limitado de ellos. Ver esta página no lo gasta; pulsar el botón, sí.',
  download: 'Descargar el archivo',
  play: 'Reproducir',
  from: 'De:',
  given:
    'Estos datos llegaron con el enlace y no se han comprobado. Si no espera este archivo, pregunte antes al remitente por otra vía.',
  until: 'El enlace funciona hasta el TIME (LEFT).',
  past: 'Esta página ha estado abierta demasiado tiempo: su enlace ha caducado. Pida uno nuevo a quien se lo envió.',
  onceMore: 'Pulse el botón otra vez, por favor. Si vuelve a ver este aviso, permita las cookies de este sitio.',
  inApp:
    'Abra primero esta página en su navegador: muchas aplicaciones no pueden guardar archivos. En el menú de la aplicación (⋯ o ⋮), elija «Abrir en el navegador».',
  unplayable: {
    hls: 'Este navegador no puede reproducir esta grabación. El enlace aún no se ha usado: ábralo en Safari, o en un Chrome o Edge actual.',
    dash: 'Los navegadores no pueden reproducir esta grabación por sí solos. No use el enlace aquí: pida un enlace de descarga a quien se lo envió.',
  },
  started: [
    'Su descarga ha empezado',
    'Su navegador muestra dónde guarda el archivo. El enlace que le trajo aquí ya se ha usado: a otros no les abre nada.',
  ],
  startedSeveral:
    'Su navegador muestra dónde guarda el archivo. En este navegador, el enlace que le trajo aquí ya se ha usado.',
  startAgain: 'Empezar de nuevo',
  startsUntil: 'Puede empezarla de nuevo hasta el TIME (LEFT).',
  lost: 'Si no llega, empiécela de nuevo. Pasado ese plazo, pida un enlace nuevo a quien se lo envió.',
  startsNoMore:
    'Aquí ya no se puede empezar de nuevo. Si el archivo no ha llegado, pida un enlace nuevo a quien se lo envió.',
  player: [
    'Todo listo para reproducir',
    'Mantenga abierta esta página: el enlace que le trajo aquí ya se ha usado. Si no se reproduce nada, es posible que este navegador no conozca el formato; en ese caso, pida un enlace de descarga a quien se lo envió.',
  ],
  save: 'Guardar como archivo',
  playsUntil: 'Puede reproducirlo hasta el TIME (LEFT).',
  playsNoMore: 'El plazo para reproducirlo ha terminado. Pida un enlace nuevo a quien se lo envió.',
  validFrom: 'Será válido desde el TIME (LEFT).',
  usedByYou: 'Usted abrió este enlace: TIME. Si todavía necesita el archivo, pida un enlace nuevo a quien lo envió.',
  usedByOther: 'Se abrió: TIME. Si no fue usted, avise a quien lo envió y pídale un enlace nuevo.',
  usedUp: 'Ya se ha usado en tantos navegadores como permite. Pida uno nuevo a quien se lo envió.',
  tryAgain: 'Intentarlo de nuevo',
  ask: 'Pedir un enlace nuevo a quien lo envió',
  asked: 'Se ha pedido un enlace nuevo',
  unasked: 'No se ha pedido un enlace nuevo',
  askedNext: 'Si no llega, pídalo por otra vía.',
  types: {
    pdf: 'documento PDF',
    document: 'documento de texto',
    sheet: 'hoja de cálculo',
    slides: 'presentación',
    picture: 'imagen',
    video: 'vídeo',
    audio: 'audio',
    archive: 'archivo comprimido',
    text: 'texto sin formato',
    page: 'página web',
    program: 'programa',
  },
  sizes: { units: siUnits, decimalMark: ',' },
  dates: {
    weekdays: 'domingo lunes martes miércoles jueves viernes sábado',
    months: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
    dates: ['{w}, {d} de {m}, {t} UTC', '{w}, {d} de {m} de {y}, {t} UTC'],
    left: [
      'dentro de 1 segundo',
      'dentro de # segundos',
      'dentro de # minutos',
      'dentro de # horas',
      'dentro de # días',
    ],
  },
}

const refusals: RefusalTexts = {
  ASK: 'Pida un enlace nuevo a quien se lo envió.',
  UNUSED: 'Este intento no ha usado el enlace.',
  'method-not-allowed': ['Este método no está permitido aquí', 'Abra el enlace con GET o confírmelo con POST.'],
  speculative: [
    'No se abre por adelantado',
    'Una precarga o una vista previa no usa ningún enlace. Ábralo usted, por favor.',
  ],
  automated: [
    'No se abre para una vista previa ni una comprobación',
    'Este programa dice ser un robot. El enlace espera a una persona: ábralo en un navegador.',
  ],
  'cross-origin': ['No se abre para otra página', 'UNUSED'],
  'idempotency-key-invalid': [
    'Esta Idempotency-Key no se puede usar',
    'Envíe una sola Idempotency-Key de 1 a 255 caracteres ASCII imprimibles, o ninguna. UNUSED',
  ],
  'once-client-invalid': [
    'Este Once-Client no se puede usar',
    'Envíe un solo Once-Client de 43 caracteres base64url, o ninguno. UNUSED',
  ],
  'passphrase-invalid': ['Esta contraseña no se puede usar', 'Envíe una sola contraseña de 6 a 128 caracteres. UNUSED'],
  malformed: incomplete,
  forged: incomplete,
  unsupported: [
    'Este enlace pide algo que este servidor todavía no puede hacer',
    'UNUSED Inténtelo más tarde o pida un enlace sencillo a quien se lo envió.',
  ],
  expired: ['Este enlace ha caducado', 'Su plazo ha terminado. ASK'],
  'address-unsupported': [
    'No se puede vincular esta descarga a su dirección',
    'Solo es posible con direcciones IPv4. UNUSED Ábralo a través de IPv4.',
  ],
  'passphrase-required': ['Este enlace pide una contraseña', 'Ábralo en un navegador, o envíe Once-Passphrase. UNUSED'],
  revoked: ['Este enlace se ha retirado', 'Quien lo envió lo retiró. ASK'],
  replaced: ['Hay un enlace más reciente', 'Busque un mensaje posterior de quien se lo envió.'],
  spent: ['Este enlace ya no funciona', 'Funciona una sola vez y ya se ha usado. ASK'],
  locked: ['Este enlace está bloqueado', 'Se han probado demasiadas contraseñas. ASK'],
  'not-yet-valid': [
    'Este enlace todavía no es válido',
    'Quien lo envió fijó un comienzo posterior. UNUSED Ábralo de nuevo más tarde.',
  ],
  'wrong-network': [
    'Este enlace es para otra red',
    'Quien lo envió lo vinculó a una red determinada. UNUSED Ábralo desde esa red.',
  ],
  'client-required': ['Este enlace pide un secreto', 'Ábralo en un navegador, o envíe Once-Client. UNUSED'],
  unconfirmed: [
    'Este enlace pide una confirmación',
    "Ábralo en un navegador y pulse el botón, o envíe POST con una Idempotency-Key o un Once-Client: curl -L -d '' -H 'Idempotency-Key: …'. UNUSED",
  ],
  'wrong-passphrase': [
    'Esta contraseña es incorrecta',
    'Compruebe cada carácter. UNUSED Pero solo se permiten unos pocos intentos.',
  ],
  'outcome-unknown': [
    'No se sabe si el enlace se ha usado',
    'Se perdió la respuesta del almacén. No consta que otra persona haya usado el enlace. Inténtelo de nuevo.',
  ],
  unavailable: ['El enlace no se puede abrir en este momento', 'Este intento no lo ha usado. Inténtelo de nuevo.'],
  failed: [
    'Ha habido un problema por nuestra parte',
    'Inténtelo de nuevo. Si continúa, pida un enlace nuevo a quien se lo envió.',
  ],
  'not-redeemable': ['Este enlace no funciona', 'ASK'],
}

const passphrase: PassphraseTexts = {
  title: 'Este enlace pide una contraseña',
  detail:
    'El remitente se la da por otro medio, por ejemplo por teléfono. No es ninguna de sus propias contraseñas. Las mayúsculas, los espacios y los guiones no cuentan.',
  label: 'Contraseña',
  open: 'Abrir el enlace',
  again: 'Escriba la contraseña y pulse el botón una vez más. Si vuelve a ver esto, permita las cookies de este sitio.',
  notOpened: 'El enlace no se abrió. Compruebe la contraseña o pida al remitente un enlace nuevo.',
  wrong: 'Esta contraseña es incorrecta. El enlace no se ha usado. Intentos restantes: COUNT.',
}

/** The same for the gate, which has room for its own part only. */
export const gate: GateTexts = {
  AGAIN:
    'Abra de nuevo el enlace en el navegador o programa que lo abrió primero. Si no funciona, pida un enlace nuevo al remitente.',
  altered: ['Esta dirección se ha modificado', 'AGAIN'],
  'other-address': [
    'Esta descarga es para otra red',
    'Solo funciona en la red en la que se abrió el enlace: vuelva a ella o pida un enlace nuevo.',
  ],
  'other-client': ['Esta descarga es para otro navegador o programa', 'AGAIN'],
}

/** The same for the pages of CloudFront’s own errors, which show all languages at once. */
export const errorPages: ErrorPageTexts = {
  403: [
    'Esta descarga no se puede abrir aquí',
    'Es posible que su plazo haya terminado, que su red haya cambiado, que la dirección esté incompleta o que el archivo se haya retirado. Vuelva a la red en la que abrió el enlace. Si no da resultado, pida un enlace nuevo a quien se lo envió.',
  ],
  404: [
    'Este archivo ya no está aquí',
    'Es posible que quien lo envió lo haya retirado o sustituido. Pídale un enlace nuevo.',
  ],
}

/** Spanish. */
export const spanish: Texts = { pages, refusals, passphrase }
