import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../cli/adapters/apis.ts'
import type { UploadOptions, UploadSource } from '../../../client/client.ts'
import { emulator } from '../../support/cli/local-links.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { ask } from '../../support/machine/http.ts'

/** Makes a folder with a film. */
function filmIn(folder: string, names: readonly string[]) {
  const film = join(folder, 'film')
  for (const name of names) {
    mkdirSync(join(film, name, '..'), { recursive: true })
    writeFileSync(join(film, name), `this is ${name}`)
  }
  return film
}

const names = ['index.m3u8', 'low/index.m3u8', 'low/ä 1.ts', 'high/1.m4s', 'subtitles.vtt']

describe('once issue FOLDER --media', () => {
  test('uploads a film under one prefix, and makes one link, with which a player gets all of it', async () => {
    const { api, folder, show } = await emulator()
    const types: Record<string, string> = {}
    const client = apis.local(api)
    const upload = (source: UploadSource, options: UploadOptions) => {
      types[options.key?.slice(33) ?? ''] = options.type ?? ''
      return client.upload(source, options)
    }
    const args = ['issue', '--media', filmIn(folder, names), '--plain', `--local=${api}`]
    const issued = await onceHere(args, { apis: { ...apis, local: () => ({ ...client, upload }) } })
    expect(issued).toMatchObject({ code: 0, said: expect.stringMatching(/^http:\S+$/) as string })
    const [, prefix = '', id = ''] = /^([0-9a-f]{32}\/)index\.m3u8: ([\w-]{22}),/m.exec(issued.noted) ?? []
    expect(await show(id)).toMatchObject({ key: `${prefix}index.m3u8`, media: 'folder' })
    expect(types).toEqual({
      'index.m3u8': 'application/vnd.apple.mpegurl',
      'low/index.m3u8': 'application/vnd.apple.mpegurl',
      'low/ä 1.ts': 'video/mp2t',
      'high/1.m4s': 'video/iso.segment',
      'subtitles.vtt': 'text/vtt',
    })
    const { body } = await ask(issued.said, { headers: { accept: 'application/json' } })
    const { url, cookies } = JSON.parse(body) as { readonly url: string; readonly cookies: Record<string, string> }
    const cookie = Object.entries(cookies).map(pair => pair.join('='))
    for (const name of names) {
      const response = await ask(new URL(encodeURI(name), url).href, { headers: { cookie: cookie.join('; ') } })
      expect(response.body).toBe(`this is ${name}`)
    }
  })

  test('of two playlists, --key names the one to open, and where all goes', async () => {
    const { once, folder, show } = await emulator()
    const film = filmIn(folder, [...names, 'index.mpd'])
    const unclear = await once('issue', film, '--media')
    expect(unclear).toMatchObject({ code: 2, said: '' })
    expect(unclear.noted).toContain(
      'with 2 playlists at its top, allowed: one .m3u8 or .mpd, or --key FOLDER/NAME that names one',
    )
    const chosen = await once('issue', film, '--media', '--key', 'films/one/index.mpd')
    expect(chosen.noted).toMatch(/^films\/one\/index\.mpd: /)
    expect(await show(/: ([\w-]{22}),/.exec(chosen.noted)?.[1] ?? '')).toMatchObject({
      key: 'films/one/index.mpd',
      media: 'folder',
    })
    // Whatever changes of one of its files, an object is replaced only if that is wanted.
    writeFileSync(join(film, 'low/index.m3u8'), 'another')
    const again = await once('issue', film, '--media', '--key', 'films/one/index.mpd')
    expect(again).toMatchObject({ code: 3, noted: expect.stringContaining('The object exists already') as string })
  })

  test('what is no film, or no file of it, is refused before anything is uploaded', async () => {
    const { once, folder } = await emulator()
    const film = filmIn(folder, ['low/index.m3u8'])
    expect((await once('issue', film, '--media')).noted).toContain('with 0 playlists at its top')
    writeFileSync(join(film, 'why?.ts'), '')
    const unfit = await once('issue', film, '--media')
    expect(unfit).toMatchObject({
      code: 2,
      said: '',
      noted: expect.stringMatching(/^FILE: got "\S+\/why\?\.ts", allowed in a film/) as string,
    })
    rmSync(join(film, 'why?.ts'))
    symlinkSync(folder, join(film, 'out'))
    expect((await once('issue', film, '--media')).noted).toContain('out: left out: no file, or a symbolic link')
    for (const args of [[film], [film, '--media=object'], [film, film, '--media']]) {
      const plain = await once('issue', ...args)
      expect(plain).toMatchObject({ code: 2, said: '' })
      expect(plain.noted).toContain('a folder, allowed: a file; a folder with --zip, or alone with --media')
    }
  })
})
