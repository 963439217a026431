/** The entry points of all functions of Lambda, by the name of the folder with their code. */
export const functionEntries = {
  edge: 'edge/main.ts',
  links: 'api/links/main.ts',
  exchange: 'api/exchange/main.ts',
  uploads: 'api/uploads/main.ts',
  sweeper: 'api/sweeper/main.ts',
  keys: 'jobs/keys/main.ts',
  events: 'jobs/events/main.ts',
  'file-ends': 'jobs/file-ends/main.ts',
  totals: 'jobs/totals/main.ts',
  webhooks: 'jobs/webhooks/main.ts',
  deliveries: 'jobs/deliveries/main.ts',
  authorizer: 'api/authorizer/main.ts',
} as const

/** The name of a function of Lambda, and of the folder with its code. */
export type FunctionName = keyof typeof functionEntries

/** The functions of CloudFront, each a folder with one script: the gate, that for pages, and the pinned-version function. */
export const scriptNames = ['gate', 'gate-for-pages', 'pinned-version'] as const

/** The name of a function of CloudFront, and of the folder with its script. */
export type ScriptName = (typeof scriptNames)[number]

/** The name of a folder: that of a function, or of the files of the page for senders. */
export type FolderName = FunctionName | ScriptName | 'send-page'

/** The file that Lambda loads. */
export const moduleFile = 'index.mjs'

/** The file with the script of a function of CloudFront. */
export const scriptFile = 'index.js'
