import { check, fail } from '../deployment/doctor/check.ts'

/** What becomes of links is told: the bus is there, and somebody reads the table's streams. */
export const events = check({
  name: 'events',
  fine: 'what becomes of links is told to the bus',
  needs: ['hasBus', 'streamReaders'],
  look({ hasBus, streamReaders }, { settings: { mode, homeRegions }, names }) {
    const [home] = homeRegions
    const telling = mode === 'strong' ? [home] : homeRegions
    return [
      ...(hasBus ? [] : [fail(`there is no bus ${names.bus} in ${home}`)]),
      ...telling.flatMap(region => {
        const states = streamReaders[region] ?? []
        if (states.includes('Enabled')) return []
        return [fail(`nobody reads the stream in ${region}: its reader is ${states.join(', ') || 'not there'}`)]
      }),
    ]
  },
})
