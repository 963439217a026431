import { describe, expect, test, vi } from 'vitest'
import { type FieldError, ProblemError } from '../../../client/client.ts'
import { pageTexts } from '../../../console/page-files.ts'
import { apiRefusals } from '../../../shared/api/refusal.ts'
import { typedNames } from '../../../shared/options/options.ts'
import { linksTo } from '../../support/browser/links-to-texts.ts'

/** What the page says of a problem; its modules have types of browsers, which those of Node.js exclude. */
interface Problems {
  problemOf(error: unknown): {
    readonly lines: readonly string[]
    readonly fields: readonly string[]
    readonly latest?: string
  }
}
interface Language {
  loadLanguage(language: string): Promise<void>
}

const [file, languageFile]: string[] = ['../../../console/page/problems.ts', '../../../console/page/language.ts']
const { problemOf } = (await import(file ?? '')) as Problems
const { loadLanguage } = (await import(languageFile ?? '')) as Language

const refused = (reason: string, errors: readonly FieldError[] = []) =>
  problemOf(
    new ProblemError({
      status: 400,
      reason,
      title: 'T',
      detail: 'D',
      errors: [...errors],
      requestId: 'r-1',
      attempts: 1,
    }),
  )

const all = await pageTexts()
vi.stubGlobal('document', { documentElement: {}, querySelectorAll: () => linksTo(all) })

describe.each(Object.entries(all))('in %s, what the page says of a refusal by the API', (language, texts) => {
  const inLanguage = (name: string, check: () => void) => test(name, () => loadLanguage(language).then(check))
  const unknown = texts.problems.unknownId.replace('{id}', 'r-1')

  // Of what a box says, nothing can be wrong.
  inLanguage('each field has a sentence for people, without a name of the API', () => {
    for (const field of [
      ...typedNames.filter(name => name !== 'confirm' && name !== 'allowMissing'),
      'key',
      'bytes',
      'upload.maxBytes',
    ]) {
      const { lines } = refused('invalid-fields', [{ field, got: '"x"', allowed: '10 to 20 of it' }])
      expect(lines).toHaveLength(1)
      expect(lines[0]).not.toBe(unknown)
      expect(lines[0]).not.toMatch(/\bgot\b|allowed|[a-z][A-Z]|[{}]/)
    }
  })

  inLanguage('a refusal that no page can meet, or that is not known yet, is the number of its request', () => {
    const reasons = [...Object.keys(apiRefusals), 'later', 'constructor', 'invalid-fields']
    const never = 'no-such-route method-not-allowed not-json body-too-large invalid-json invalid-fields'
    const ofRecipients = 'upload-token upload-ended file-received'
    const others = `${never} idempotency-key-reused idempotency-key-retired ${ofRecipients} later constructor invalid-fields`
    expect(reasons.filter(reason => refused(reason).lines[0] === unknown)).toEqual(others.split(' '))
    const field = { field: 'later', got: '1', allowed: '2' }
    expect(refused('invalid-fields', [field, { ...field, field: 'toString' }]).lines).toEqual([unknown])
  })

  inLanguage(
    'what the check of a file found is one sentence for malware and one for the rest, and no fault of a field',
    () => {
      const of = (reason: string, got: string) => refused(reason, [{ field: 'key', got, allowed: 'NO_THREATS_FOUND' }])
      const found = ['UNSUPPORTED', 'FAILED', 'THREATS_FOUND'].map(got => of('object-refused', got))
      const { 'object-refused': rest, 'object-refused THREATS_FOUND': malware } = texts.reasons
      expect(found.map(({ lines }) => lines)).toEqual([[rest], [rest], [malware]])
      expect(of('object-unchecked', 'no result').lines).toEqual([texts.reasons['object-unchecked']])
      expect(found.flatMap(({ fields }) => fields)).toEqual([])
      const { lines } = refused('invalid-fields', [
        { field: 'allowMissing', got: 'true', allowed: 'no allowMissing: …' },
      ])
      expect(lines).toEqual([texts.fields['no allowMissing']])
    },
  )

  inLanguage('a time that is too late has the latest one, and other limits are those of the API', () => {
    const allowed = '10 to 604800 seconds from now, so until 2026-12-08T14:47:17Z'
    const { lines, latest } = refused('invalid-fields', [{ field: 'expiresAt', got: '9', allowed }])
    expect(lines[0]).toMatch(/8.*\d\d:\d\d/)
    expect(latest).toBe('2026-12-08T14:47:17Z')
    const rules = {
      bytes: 'at most 5000000000, the limit',
      'upload.maxBytes': 'at most 5000000000, the limit',
      message: '1 to 500 characters',
      urlSeconds: '5 to 3600',
    }
    const numbers = Object.entries(rules).map(([field, rule]) => {
      const [line = ''] = refused('invalid-fields', [{ field, got: '9', allowed: rule }]).lines
      return line.match(/\d+/g)?.map(Number)
    })
    expect(numbers).toEqual([[5], [5], [500], [5, 3600]])
  })

  inLanguage('a file that is larger than what CloudFront delivers is too large, with the size in GB', () => {
    const linesOf = (field: string, allowed: string) => refused('invalid-fields', [{ field, got: '9', allowed }]).lines
    const tooLarge = linesOf('bytes', 'at most 50000000000, the limit of this deployment')
    expect(tooLarge[0]).toMatch(/\b50\b/)
    expect(linesOf('bytes', '0 to 50000000000: CloudFront delivers no larger file')).toEqual(tooLarge)
    expect(linesOf('key', 'at most 50000000000 bytes: CloudFront delivers no larger file')).toEqual(tooLarge)
    expect(linesOf('key', 'at most 1000 characters')).toEqual([texts.fields.key])
  })
})

test('each language says all that English does, with the same figures, and in its own words', () => {
  const leaves = (value: object, path = ''): [string, string][] =>
    Object.entries(value).flatMap(([name, each]) =>
      typeof each === 'string' ? [[path + name, each] as [string, string]] : leaves(each as object, `${path}${name}.`),
    )
  // Languages have plural forms of their own.
  const form = /\.(zero|one|two|few|many|other)$/
  const keysOf = (texts: object) => new Set(leaves(texts).map(([key]) => key.replace(form, '')))
  const english = new Map(leaves(all['en'] ?? {}))
  for (const [language, texts] of Object.entries(all)) {
    expect(keysOf({ ...texts, rightToLeft: '' }), language).toEqual(keysOf({ ...all['en'], rightToLeft: '' }))
    for (const [key, text] of leaves(texts)) {
      const figures = (of: string) => new Set(of.match(/\{\w+\}/g))
      if (!form.test(key)) expect(figures(text), `${language} ${key}`).toEqual(figures(english.get(key) ?? ''))
      // Words that two languages share are single ones.
      if (language !== 'en' && text === english.get(key))
        expect(text.split(' ').length, `${language} ${key}`).toBeLessThan(3)
    }
  }
})
