import { siUnits } from '../../../shared/texts/size.ts'
import type { PageTexts, PassphraseTexts, RefusalTexts, Texts } from './texts.ts'

const once = 'Este link funciona uma única vez. Ver esta página não o consome; pressionar o botão, sim.'
const incomplete = [
  'Este link não existe',
  'O endereço está incompleto ou foi alterado. Copie o link inteiro novamente.',
] as const

const pages: PageTexts = {
  file: ['Você recebeu um arquivo', once],
  media: ['Você recebeu uma gravação', once],
  several:
    'Este link funciona uma vez em cada navegador, e apenas em um número limitado deles. Ver esta página não o consome; pressionar o botão, sim.',
  download: 'Baixar o arquivo',
  play: 'Reproduzir',
  from: 'De:',
  given:
    'Estes dados vieram com o link e não foram verificados. Se você não espera este arquivo, pergunte antes ao remetente por outro meio.',
  until: 'O link funciona até TIME (LEFT).',
  past: 'Esta página ficou aberta por tempo demais: o link expirou. Peça um novo ao remetente.',
  onceMore: 'Pressione o botão mais uma vez, por favor. Se este aviso aparecer de novo, permita os cookies deste site.',
  inApp:
    'Abra primeiro esta página no seu navegador: muitos aplicativos não conseguem salvar arquivos. No menu do aplicativo (⋯ ou ⋮), escolha “Abrir no navegador”.',
  unplayable: {
    hls: 'Este navegador não consegue reproduzir esta gravação. O link ainda não foi usado: abra-o no Safari ou em uma versão atual do Chrome ou do Edge.',
    dash: 'Os navegadores não conseguem reproduzir esta gravação sozinhos. Não use o link aqui: peça ao remetente um link para download.',
  },
  started: [
    'O download começou',
    'O navegador mostra onde salva o arquivo. O link que trouxe você até aqui já foi usado: para outras pessoas, ele não abre mais nada.',
  ],
  startedSeveral:
    'O navegador mostra onde salva o arquivo. Neste navegador, o link que trouxe você até aqui já foi usado.',
  startAgain: 'Iniciar novamente',
  startsUntil: 'Você pode iniciá-lo novamente até TIME (LEFT).',
  lost: 'Se o arquivo não chegar, inicie o download novamente. Depois desse horário, peça um novo link ao remetente.',
  startsNoMore: 'Não é mais possível iniciar o download aqui. Se o arquivo não chegou, peça um novo link ao remetente.',
  player: [
    'Tudo pronto para reproduzir',
    'Mantenha esta página aberta: o link que trouxe você até aqui já foi usado. Se nada for reproduzido, talvez este navegador não conheça o formato; nesse caso, peça ao remetente um link para download.',
  ],
  save: 'Salvar como arquivo',
  playsUntil: 'Você pode reproduzir até TIME (LEFT).',
  playsNoMore: 'O tempo para reproduzir terminou. Peça um novo link ao remetente.',
  validFrom: 'Ele funciona a partir de TIME (LEFT).',
  usedByYou: 'Você abriu este link: TIME. Se ainda precisar do arquivo, peça um novo link ao remetente.',
  usedByOther: 'Ele foi aberto: TIME. Se não foi você, avise o remetente e peça um novo link.',
  usedUp: 'Já foi usado em tantos navegadores quantos permite. Peça um novo ao remetente.',
  tryAgain: 'Tentar novamente',
  ask: 'Pedir um novo link ao remetente',
  asked: 'O pedido foi enviado',
  unasked: 'O pedido não foi enviado',
  askedNext: 'Se não chegar um novo link, peça por outro meio.',
  types: {
    pdf: 'documento PDF',
    document: 'documento de texto',
    sheet: 'planilha',
    slides: 'apresentação',
    picture: 'imagem',
    video: 'vídeo',
    audio: 'áudio',
    archive: 'arquivo compactado',
    text: 'texto simples',
    page: 'página da web',
    program: 'programa',
  },
  sizes: { units: siUnits, decimalMark: ',' },
  dates: {
    weekdays: 'domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado',
    months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
    dates: ['{w}, {d} de {m}, {t} UTC', '{w}, {d} de {m} de {y}, {t} UTC'],
    left: ['em 1 segundo', 'em # segundos', 'em # minutos', 'em # horas', 'em # dias'],
  },
}

const refusals: RefusalTexts = {
  ASK: 'Peça um novo link ao remetente.',
  UNUSED: 'Esta tentativa não usou o link.',
  'method-not-allowed': ['Este método não é permitido aqui', 'Abra o link com GET ou confirme com POST.'],
  speculative: [
    'Não é aberto antecipadamente',
    'Um pré-carregamento ou uma prévia não usa nenhum link. Abra-o você, por favor.',
  ],
  automated: [
    'Não é aberto para uma prévia ou verificação',
    'Este programa se identifica como robô. O link espera por uma pessoa: abra-o em um navegador.',
  ],
  'cross-origin': ['Não é aberto para outra página', 'UNUSED'],
  'idempotency-key-invalid': [
    'Esta Idempotency-Key não pode ser usada',
    'Envie uma única Idempotency-Key de 1 a 255 caracteres ASCII imprimíveis, ou nenhuma. UNUSED',
  ],
  'once-client-invalid': [
    'Este Once-Client não pode ser usado',
    'Envie um único Once-Client de 43 caracteres base64url, ou nenhum. UNUSED',
  ],
  'passphrase-invalid': [
    'Esta frase secreta não pode ser usada',
    'Envie uma única frase secreta de 6 a 128 caracteres. UNUSED',
  ],
  malformed: incomplete,
  forged: incomplete,
  unsupported: [
    'Este link pede algo que este servidor ainda não sabe fazer',
    'UNUSED Tente mais tarde ou peça um link simples ao remetente.',
  ],
  expired: ['Este link expirou', 'O prazo dele terminou. ASK'],
  'address-unsupported': [
    'Não é possível vincular este download ao seu endereço',
    'Isso só é possível com endereços IPv4. UNUSED Abra-o por IPv4.',
  ],
  'passphrase-required': [
    'Este link pede uma frase secreta',
    'Abra-o em um navegador ou envie Once-Passphrase. UNUSED',
  ],
  revoked: ['Este link foi retirado', 'O remetente o retirou. ASK'],
  replaced: ['Há um link mais recente', 'Procure uma mensagem posterior do remetente.'],
  spent: ['Este link não funciona mais', 'Ele funciona uma única vez e já foi usado. ASK'],
  locked: ['Este link está bloqueado', 'Foram tentadas frases secretas demais. ASK'],
  'not-yet-valid': [
    'Este link ainda não é válido',
    'O remetente definiu um início posterior. UNUSED Abra-o novamente mais tarde.',
  ],
  'wrong-network': [
    'Este link é para outra rede',
    'O remetente o vinculou a uma rede específica. UNUSED Abra-o a partir dessa rede.',
  ],
  'client-required': ['Este link pede um segredo', 'Abra-o em um navegador ou envie Once-Client. UNUSED'],
  unconfirmed: [
    'Este link pede uma confirmação',
    "Abra-o em um navegador e pressione o botão, ou envie POST com uma Idempotency-Key ou um Once-Client: curl -L -d '' -H 'Idempotency-Key: …'. UNUSED",
  ],
  'wrong-passphrase': [
    'Esta frase secreta está incorreta',
    'Verifique cada caractere. UNUSED Mas só são permitidas poucas tentativas.',
  ],
  'outcome-unknown': [
    'Não se sabe se o link foi usado',
    'A resposta do armazenamento se perdeu. Não consta que outra pessoa tenha usado o link. Tente novamente.',
  ],
  unavailable: ['Não é possível abrir o link agora', 'Esta tentativa não o usou. Tente novamente.'],
  failed: [
    'Algo deu errado do nosso lado',
    'Tente novamente. Se o problema continuar, peça um novo link ao remetente.',
  ],
  'not-redeemable': ['Este link não funciona', 'ASK'],
}

const passphrase: PassphraseTexts = {
  title: 'Este link pede uma frase secreta',
  detail:
    'O remetente a informa por outro meio, por exemplo por telefone. Não é nenhuma das suas próprias senhas. Maiúsculas, espaços e hifens não fazem diferença.',
  label: 'Frase secreta',
  open: 'Abrir o link',
  again:
    'Digite a frase secreta e pressione o botão mais uma vez. Se esta página aparecer de novo, permita os cookies deste site.',
  notOpened: 'O link não abriu. Verifique a frase secreta ou peça um novo link ao remetente.',
  wrong: 'Esta frase secreta está incorreta. O link não foi usado. Tentativas restantes: COUNT.',
}

/** Portuguese, in words that Brazil and Portugal share where they exist, else those of Brazil, as Unicode's plain `pt`. */
export const portuguese: Texts = { pages, refusals, passphrase }
