import { expect, test } from 'vitest'
import { typeOf, unplayableIn } from '../../../edge/pages/file-type.ts'
import { texts } from '../../../edge/pages/texts/languages.ts'

const word = (contentType: string, key = 'a') => typeOf({ key, contentType }, texts.en.pages.types)

test.each([
  ['application/pdf', 'PDF document'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text document'],
  ['application/msword', 'text document'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'spreadsheet'],
  ['text/csv', 'spreadsheet'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'presentation'],
  ['image/jpeg', 'picture'],
  ['video/mp4', 'video'],
  ['audio/mpeg', 'audio'],
  ['application/zip', 'archive'],
  ['application/x-tar', 'archive'],
  ['text/plain; charset=utf-8', 'plain text'],
  ['text/html', 'web page'],
  ['application/vnd.microsoft.portable-executable', 'program'],
  ['application/dicom', 'application/dicom'],
  ['application/octet-stream', undefined],
  ['', undefined],
  ['<b>', undefined],
  ['a b/c', undefined],
])('the type %j is shown as %s', (contentType, shown) => {
  expect(word(contentType)).toBe(shown)
})

test('what a system would run is a program, whatever its media type says', () => {
  for (const name of ['report.pdf.exe', 'a.MSI', 'a.vbs', 'a.url', 'report.pdf.exe . '])
    expect(word('application/pdf', name)).toBe('program')
  expect(typeOf({ key: 'a.pdf', filename: 'a.exe', contentType: 'application/pdf' }, texts.en.pages.types)).toBe(
    'program',
  )
  expect(word('application/pdf', 'report.exe.pdf')).toBe('PDF document')
})

test('a folder has no type: that of its playlist is not what the viewer gets', () => {
  expect(
    typeOf({ key: 'a/index.m3u8', contentType: 'video/mp4', media: 'folder' }, texts.en.pages.types),
  ).toBeUndefined()
})

const chrome = (version: number, platform = 'Windows NT 10.0; Win64; x64') =>
  `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`

test.each([
  ['Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0', 'hls'],
  ['an old Chrome', chrome(141), 'hls'],
  ['Chrome', chrome(142), undefined],
  ['an old Chrome of Android', chrome(120, 'Linux; Android 14'), undefined],
  [
    'Safari',
    'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
    undefined,
  ],
  [
    'Firefox for iOS',
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/146.0 Safari/604.1',
    undefined,
  ],
  ['an unknown browser', 'Ladybird', undefined],
])('%s can play HLS, or is warned', (_, userAgent, expected) => {
  expect(unplayableIn(userAgent, { key: 'film/index.m3u8', media: 'folder' })).toBe(expected)
  expect(unplayableIn(userAgent, { key: 'film/index.mpd', media: 'folder' })).toBe('dash')
  expect(unplayableIn(userAgent, { key: 'film.mp4', media: 'object' })).toBeUndefined()
  expect(unplayableIn(userAgent, { key: 'index.m3u8' })).toBeUndefined()
})
