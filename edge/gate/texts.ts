import type { Language } from '../../shared/brand.ts'
import type { GateReason } from './check.ts'

/** A heading, and a text that says what happened and what to do next. Plain text that HTML needs no escapes for. */
export type GateText = readonly [title: string, detail: string]

type Texts = Readonly<Record<GateReason, GateText>>

const en =
  'Open the link again in the browser or program that opened it first. If that does not help, ask the sender for a new link.'
const de =
  'Öffnen Sie den Link noch einmal in dem Browser oder Programm, das ihn zuerst geöffnet hat. Hilft das nicht, bitten Sie den Absender um einen neuen Link.'
const es =
  'Abra de nuevo el enlace en el navegador o programa que lo abrió primero. Si no funciona, pida un enlace nuevo al remitente.'
const fr =
  'Ouvrez à nouveau le lien dans le navigateur ou le programme qui l’a ouvert en premier. Si cela ne suffit pas, demandez un nouveau lien à l’expéditeur.'
const ja =
  '最初にリンクを開いたブラウザーまたはプログラムで、もう一度リンクを開いてください。それでも開けない場合は、送信者に新しいリンクを依頼してください。'

/** The gate's texts in each language. */
export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    altered: ['This address has been changed', en],
    'other-address': [
      'This download is for another network',
      `It works only in the network in which the link was opened: please go back to it. ${en}`,
    ],
    'other-client': ['This download is for another browser or program', en],
  },
  de: {
    altered: ['Diese Adresse wurde verändert', de],
    'other-address': [
      'Dieser Download gehört zu einem anderen Netzwerk',
      `Er funktioniert nur in dem Netzwerk, in dem der Link geöffnet wurde: Kehren Sie bitte dorthin zurück. ${de}`,
    ],
    'other-client': ['Dieser Download gehört zu einem anderen Browser oder Programm', de],
  },
  es: {
    altered: ['Esta dirección se ha modificado', es],
    'other-address': [
      'Esta descarga es para otra red',
      `Solo funciona en la red en la que se abrió el enlace: vuelva a ella. ${es}`,
    ],
    'other-client': ['Esta descarga es para otro navegador o programa', es],
  },
  fr: {
    altered: ['Cette adresse a été modifiée', fr],
    'other-address': [
      'Ce téléchargement est destiné à un autre réseau',
      `Il ne fonctionne que dans le réseau où le lien a été ouvert : revenez-y. ${fr}`,
    ],
    'other-client': ['Ce téléchargement est destiné à un autre navigateur ou programme', fr],
  },
  ja: {
    altered: ['このアドレスは変更されています', ja],
    'other-address': [
      'このダウンロードは別のネットワーク用です',
      `リンクを開いたネットワークでのみ利用できます。そのネットワークに戻ってください。${ja}`,
    ],
    'other-client': ['このダウンロードは別のブラウザーまたはプログラム用です', ja],
  },
}
