import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { LinkView, NewUploadLink } from '../../../client/client.ts'
import { pageTexts } from '../../../console/page-files.ts'
import { linksTo } from '../../support/browser/links-to-texts.ts'

/** Modules of the page, whose types of browsers those of Node.js exclude. */
interface Words {
  fileOf(link: LinkView): string
  sizeTextOf(link: LinkView): string | undefined
  stateText(link: LinkView): string
  takesText(upload: NonNullable<LinkView['upload']>): string
  canChange(link: LinkView): boolean
  isSettled(link: LinkView): boolean
  canRevoke(link: LinkView): boolean
  canReplace(link: LinkView): boolean
}
interface Drafts {
  readonly emptyDraft: object
  send(
    draft: object,
    attempt: object,
  ): Promise<{ readonly created: readonly object[]; readonly refused: readonly object[] }>
}
interface Language {
  loadLanguage(language: string): Promise<void>
}

const [wordsFile, draftFile, languageFile]: string[] = [
  '../../../console/page/words.ts',
  '../../../console/page/draft.ts',
  '../../../console/page/language.ts',
]
const words = (await import(wordsFile ?? '')) as Words
const { emptyDraft, send } = (await import(draftFile ?? '')) as Drafts
const { loadLanguage } = (await import(languageFile ?? '')) as Language

const all = await pageTexts()
vi.stubGlobal('document', { documentElement: {}, querySelectorAll: () => linksTo(all) })
vi.stubGlobal('OPTION_FIELDS', [
  { name: 'message', kind: 'text' },
  { name: 'filename', kind: 'text', ofFiles: true },
])
beforeAll(() => loadLanguage('en'))

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const receiptUntil = (urlExpiresAt: string) =>
  ({
    redeemedAt: inHours(-5),
    urlExpiresAt,
    edgeRegion: 'us-east-1',
    viewer: '203.0.113.0/24',
    userAgent: 'Chrome',
  }) as const

const asked: LinkView = {
  id: 'q7pTEDdbZ3y1DvHvGTzYxA',
  state: 'live',
  key: 'inbox/received',
  pinned: false,
  homeRegion: 'us-east-1',
  issuedAt: inHours(-6),
  expiresAt: inHours(1),
  urlSeconds: 14_400,
  bind: 'none',
  confirm: true,
  media: false,
  receipt: null,
  upload: { prefix: 'inbox/', maxBytes: 50_000_000 },
}

/** The link once it was opened, with what is known of its file. */
const opened = (
  received?: LinkView['received'],
  { state = 'used', hours = 1 }: { state?: LinkView['state']; hours?: number } = {},
): LinkView => ({
  ...asked,
  state,
  receipt: receiptUntil(inHours(hours)),
  ...(received && { received }),
})

describe('what the page says of a link that takes a file', () => {
  test.each([
    [asked, /^asked for, not opened yet; ends /],
    [{ ...asked, expiresAt: inHours(-1) }, /^ended .*, not opened$/],
    [opened(), /^opened \w+ at \d\d:\d\d$/],
    [opened({ state: 'none' }), /^opened .*, no file yet; it can be sent until /],
    [opened({ state: 'none' }, { hours: -1 }), /^opened .*, no file arrived$/],
    [opened({ state: 'none' }, { state: 'revoked' }), /^opened .*, no file arrived; then revoked$/],
    [opened({ state: 'received', at: inHours(-4), size: 5 }), /^received .*, 5 B$/],
    [opened({ state: 'unchecked' }), /^received, being checked for malware$/],
    [opened({ state: 'refused' }), /^received, refused by the check for malware$/],
    [opened({ state: 'unknown' }), /^opened \w+ at \d\d:\d\d$/],
  ])('%#: its state', (link, text) => {
    expect(words.stateText(link)).toMatch(text)
  })

  test('the name and size are those of the file, made safe, once it is known', () => {
    expect([words.fileOf(asked), words.sizeTextOf(asked)]).toEqual(['A file', undefined])
    const link = opened({ state: 'received', filename: 'x\u202egpj.exe', size: 4_200_000 })
    expect([words.fileOf(link), words.sizeTextOf(link)]).toEqual(['x\\u202egpj.exe', '4.2 MB'])
  })

  test('what it takes has the words of the form, and others as people call them', () => {
    const takes = (...types: string[]) =>
      words.takesText({ prefix: '', maxBytes: 1e9, ...(types.length > 0 && { types }) })
    expect(takes()).toBe('One file, 1 GB at most.')
    expect(takes('application/pdf', 'image/*')).toBe('One file, 1 GB at most. Allowed: PDF or pictures.')
    expect(takes('text/csv', 'audio/*')).toBe('One file, 1 GB at most. Allowed: CSV, AUDIO.')
  })

  test('it is looked at until its file is known, or can no longer come', () => {
    const settled = (link: LinkView) => [words.canChange(link), words.isSettled(link)]
    const may = [opened(), ...(['none', 'unchecked', 'unknown'] as const).map(state => opened({ state }))]
    expect(may.map(settled)).toEqual(may.map(() => [true, false]))
    const over = [opened({ state: 'received' }), opened({ state: 'refused' }), opened({ state: 'none' }, { hours: -1 })]
    expect(over.map(settled)).toEqual(over.map(() => [true, true]))
    expect(words.canChange({ ...opened(), state: 'gone' } as never)).toBe(false)
  })

  test('it is revoked and replaced while that has an effect, and never once a file is there', () => {
    const can = (link: LinkView) => [words.canRevoke(link), words.canReplace(link)]
    expect([asked, opened(), opened({ state: 'none' })].map(can)).toEqual([
      [true, true],
      [true, false],
      [true, false],
    ])
    expect(can(opened({ state: 'none' }, { hours: -1 }))).toEqual([false, true])
    for (const state of ['received', 'unchecked', 'refused'] as const)
      for (const hours of [1, -1]) expect(can(opened({ state }, { hours }))).toEqual([false, false])
  })
})

describe('a draft that asks for a file', () => {
  const issued = { id: 'id', url: 'https://x/d/1', expiresAt: inHours(1), homeRegion: 'us-east-1' }
  const draft = { ...emptyDraft, asks: true, values: { message: 'Hello', filename: 'not sent' } }
  const common = { expiresIn: 259_200, message: 'Hello' }

  async function sent(changes: object) {
    const links: NewUploadLink[] = []
    const api = {
      ask: async (link: NewUploadLink) => (links.push(link), issued),
      async *issueMany(many: readonly NewUploadLink[]) {
        links.push(...many)
        yield* many.map(() => ({ link: issued }))
      },
    }
    const attempt = { api, memory: { round: '1' }, signal: new AbortController().signal, onProgress: () => undefined }
    return { links, ...(await send({ ...draft, ...changes }, attempt)) }
  }

  test('becomes a link with its limits, without options of a file that is there', async () => {
    const { links, created } = await sent({ types: 'application/pdf,image/*' })
    const upload = { maxBytes: 100_000_000, types: ['application/pdf', 'image/*'] }
    expect(links).toEqual([{ ...common, upload }])
    expect(created).toEqual([expect.objectContaining({ url: issued.url, name: undefined, confirm: true })])
  })

  test('becomes a link for each name', async () => {
    const { links, created } = await sent({ recipients: 'Anna\nBen', maxBytes: 10 })
    const upload = { maxBytes: 10 }
    expect(links).toEqual(['Anna', 'Ben'].map(reference => ({ ...common, upload, reference })))
    expect(created).toEqual(['Anna', 'Ben'].map(recipient => expect.objectContaining({ recipient, name: undefined })))
  })
})
