import { siSizes } from '../file.ts'
import type { Translation } from './messages.ts'

const ask = 'Pida un enlace nuevo a quien se lo envió.'
const unused = 'Este intento no ha usado el enlace.'
const once = 'Este enlace funciona una sola vez. Ver esta página no lo gasta; pulsar el botón, sí.'
const incomplete = [
  'Este enlace no existe',
  'La dirección está incompleta o se ha modificado. Copie de nuevo el enlace completo.',
] as const

/** Spanish. */
export const spanish: Translation = {
  file: ['Le han enviado un archivo', once],
  media: ['Le han enviado una grabación', once],
  download: 'Descargar el archivo',
  play: 'Reproducir',
  from: 'De:',
  given:
    'Estos datos llegaron con el enlace y no se han comprobado. Si no espera este archivo, pregunte antes al remitente por otra vía.',
  until: 'El enlace funciona hasta el TIME (LEFT).',
  past: 'Esta página ha estado abierta demasiado tiempo: su enlace ha caducado. Pida uno nuevo a quien se lo envió.',
  onceMore: 'Pulse el botón otra vez, por favor. Si vuelve a ver este aviso, permita las cookies de este sitio.',
  unplayable: {
    hls: 'Este navegador no puede reproducir esta grabación. El enlace aún no se ha usado: ábralo en Safari, o en un Chrome o Edge actual.',
    dash: 'Los navegadores no pueden reproducir esta grabación por sí solos. No use el enlace aquí: pida un enlace de descarga a quien se lo envió.',
  },
  started: [
    'Su descarga ha empezado',
    'Su navegador muestra dónde guarda el archivo. El enlace que le trajo aquí ya se ha usado: a otros no les abre nada.',
  ],
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
  tryAgain: 'Intentarlo de nuevo',
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
  sizes: { ...siSizes, decimalMark: ',' },
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
  refusals: {
    'method-not-allowed': ['Este método no está permitido aquí', 'Abra el enlace con GET o confírmelo con POST.'],
    speculative: [
      'No se abre por adelantado',
      'Un enlace que funciona una sola vez no se gasta en una precarga ni en una vista previa. Ábralo usted, por favor.',
    ],
    automated: [
      'No se abre para una vista previa ni una comprobación',
      'Este programa dice ser un robot. Un enlace que funciona una sola vez espera a una persona: ábralo en un navegador.',
    ],
    'idempotency-key-invalid': [
      'Esta Idempotency-Key no se puede usar',
      `Envíe una sola Idempotency-Key de 1 a 255 caracteres ASCII imprimibles, o ninguna. ${unused}`,
    ],
    'once-client-invalid': [
      'Este Once-Client no se puede usar',
      `Envíe un solo Once-Client de 43 caracteres base64url, o ninguno. ${unused}`,
    ],
    'passphrase-invalid': [
      'Esta contraseña no se puede usar',
      `Envíe una sola contraseña de 6 a 128 caracteres. ${unused}`,
    ],
    malformed: incomplete,
    forged: incomplete,
    unsupported: [
      'Este enlace pide algo que este servidor todavía no puede hacer',
      `${unused} Inténtelo más tarde o pida un enlace sencillo a quien se lo envió.`,
    ],
    expired: ['Este enlace ha caducado', `Su plazo ha terminado. ${ask}`],
    'address-unsupported': [
      'No se puede vincular esta descarga a su dirección',
      `Solo es posible con direcciones IPv4. ${unused} Ábralo a través de IPv4.`,
    ],
    'passphrase-required': [
      'Este enlace pide una contraseña',
      `Ábralo en un navegador, o envíe Once-Passphrase. ${unused}`,
    ],
    revoked: ['Este enlace se ha retirado', `Quien lo envió lo retiró. ${ask}`],
    spent: ['Este enlace ya no funciona', `Funciona una sola vez y ya se ha usado. ${ask}`],
    locked: ['Este enlace está bloqueado', `Se han probado demasiadas contraseñas. ${ask}`],
    'not-yet-valid': [
      'Este enlace todavía no es válido',
      `Quien lo envió fijó un comienzo posterior. ${unused} Ábralo de nuevo más tarde.`,
    ],
    'wrong-network': [
      'Este enlace es para otra red',
      `Quien lo envió lo vinculó a una red determinada. ${unused} Ábralo desde esa red.`,
    ],
    'client-required': ['Este enlace pide un secreto', `Ábralo en un navegador, o envíe Once-Client. ${unused}`],
    unconfirmed: [
      'Este enlace pide una confirmación',
      `Ábralo en un navegador y pulse el botón, o envíe POST con una Idempotency-Key o un Once-Client. ${unused}`,
    ],
    'wrong-passphrase': [
      'Esta contraseña es incorrecta',
      `Compruebe cada carácter. ${unused} Pero solo se permiten unos pocos intentos.`,
    ],
    'outcome-unknown': [
      'No se sabe si el enlace se ha usado',
      'Se perdió la respuesta del almacén. No consta que otra persona haya usado el enlace. Inténtelo de nuevo.',
    ],
    unavailable: ['El enlace no se puede abrir en este momento', 'Este intento no lo ha usado. Inténtelo de nuevo.'],
    unsigned: [
      'El enlace se ha usado, pero no se pudo firmar la descarga',
      'Nadie más la ha recibido. Inténtelo de nuevo en el mismo navegador o con la misma Idempotency-Key, o pida un enlace nuevo.',
    ],
    failed: [
      'Ha habido un problema por nuestra parte',
      'Inténtelo de nuevo. Si continúa, pida un enlace nuevo a quien se lo envió.',
    ],
    'not-redeemable': ['Este enlace no funciona', ask],
  },
}
