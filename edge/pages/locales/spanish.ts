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
  until: 'El enlace funciona hasta el TIME.',
  onceMore: 'Pulse el botón otra vez, por favor. Si vuelve a ver este aviso, permita las cookies de este sitio.',
  player: [
    'Todo listo para reproducir',
    'Mantenga abierta esta página: el enlace que le trajo aquí ya se ha usado. Si no se reproduce nada, es posible que este navegador no conozca el formato; en ese caso, pida una descarga a quien se lo envió.',
  ],
  playsUntil: 'Puede reproducirlo hasta el TIME.',
  tryAgain: 'Intentarlo de nuevo',
  sizes: { ...siSizes, decimalMark: ',' },
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
      'Esta contraseña no es correcta',
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
