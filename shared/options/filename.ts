import type { InvalidField } from '../fields.ts'
import { filenameRule, isSafeName, nameInKey, parseFilename } from '../object-key.ts'
import type { IssueRequest } from './option.ts'

const schema = {
  type: 'string',
  format: 'file-name',
  minLength: 1,
  maxLength: 255,
  description: `The name under which a browser saves the file: ${filenameRule}. By default, the name in the key.`,
  'x-allowed': filenameRule,
} as const

/** The name under which a browser saves the file. */
export const filename = {
  schema,
  read: parseFilename,
  /** If there is no file name, viewers save the object under the last segment of its key, which may have more characters. */
  check(_input: object, { key, filename, media }: IssueRequest): InvalidField[] {
    if (filename !== undefined || media === 'folder' || isSafeName(nameInKey(key))) return []
    const allowed = `a name for the file, since the last segment of key has characters that names may not have: ${filenameRule}`
    return [{ field: 'filename', got: 'nothing', allowed }]
  },
  view: schema,
  words: {
    usage: ['--filename NAME', 'the name under which the file is saved'],
    status: ['saved as'],
    docs: ['name that the file is saved under', 'from the key'],
    privacy: ['`filename`', 'the name under which the viewer saves it', 'if it names a person', '`filename`'],
  },
} as const
