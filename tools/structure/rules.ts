/** What each folder of the product may import of the others: what stands alone first, what stands on it below. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  edge: ['shared'],
  api: ['shared'],
  jobs: ['shared'],
  client: ['shared'],
  console: ['edge', 'shared'],
  infra: ['edge', 'shared'],
  cli: ['client', 'console', 'infra', 'shared'],
  emulator: ['api', 'client', 'console', 'edge', 'infra', 'jobs', 'shared'],
  tools: ['emulator', 'infra', 'shared'],
}

/** Most folders at the top, hidden ones included, and most levels of rooms: `shared` is the first. */
export const limits = { topFolders: 15, levels: 6 }

/** What files may import: paths from the root of the repository, or names of packages. */
export interface Rule {
  /** Why the rule is there. */
  readonly because: string
  readonly from: RegExp
  /** Files to which the rule does not apply. @default none */
  readonly except?: RegExp
  /** What they may import. @default anything */
  readonly only?: RegExp
  /** What they may not import. @default nothing */
  readonly never?: RegExp
  /** Which imports count: `values` are those without types; `start` are values without what is loaded on demand, at any distance. @default all */
  readonly counts?: 'values' | 'start'
}

/** The rules, beside the table of rooms and that no file imports itself, at any distance. */
export const rules: readonly Rule[] = [
  {
    because: 'shared needs no SDK, no CDK and no package but the validator',
    from: /^shared\//,
    only: /^(shared\/|node:|valibot$|json-schema-to-ts$)/,
  },
  { because: 'ground facts stand alone', from: /^shared\/[^/]+$/, never: /^shared\/[^/]+\// },
  ...['aws', 'delivery', 'redemption', 'schemas'].map(subject => ({
    because: 'subjects of shared do not need each other',
    from: new RegExp(`^shared/${subject}/`),
    never: new RegExp(`^shared/(?!${subject}/)[^/]+/`),
  })),
  {
    because: 'only adapters of functions know AWS, and only main files know adapters',
    from: /^(edge|api|jobs)\//,
    except: /\/adapters\/|(\/|-)main\.ts$/,
    never: /^@aws-sdk\/|^shared\/aws\/|\/adapters\//,
  },
  {
    because: 'no function makes error pages: they are pages of the edge, and not its redemption',
    from: /^edge\/error-pages\//,
    never: /^edge\/(?!error-pages\/|pages\/)/,
  },
  {
    because: 'partners install the client without another package',
    from: /^client\//,
    only: /^(client\/|shared\/schemas\/types\.ts$)/,
  },
  { because: 'the client takes only types from elsewhere', from: /^client\//, only: /^client\//, counts: 'values' },
  {
    because: 'the command line starts without the CDK',
    from: /^cli\//,
    never: /^(aws-cdk-lib|constructs|cdk-nag)\b/,
    counts: 'start',
  },
  {
    because: 'ports of the command line do not know who uses them',
    from: /^cli\/ports\//,
    never: /^cli\/(?!ports\/)[^/]+\//,
  },
  { because: 'links work without the deployment', from: /^cli\/links\//, never: /^cli\/deployment\// },
  { because: 'a deployment works without links', from: /^cli\/deployment\//, never: /^cli\/links\// },
  {
    because: 'only adapters of the command line know AWS, and only its main file knows adapters',
    from: /^cli\//,
    except: /^cli\/(adapters\/|command-main\.ts$)/,
    never: /^@aws-sdk\/|\/adapters\//,
  },
  {
    because: 'the emulator reads of infra the settings only, where it starts',
    from: /^emulator\//,
    except: /^emulator\/main\.ts$/,
    never: /^infra\//,
  },
  {
    because: 'the emulator reads of infra the settings only',
    from: /^emulator\/main\.ts$/,
    never: /^infra\/(?!deployment\.ts$)/,
  },
  {
    because: 'examples are apps of others',
    from: /^examples\//,
    only: /^(aws-cdk-lib\b|once-at-edge-cdk$|examples\/)/,
  },
  {
    because: 'unit tests need this process and loopback only: no child process, thread, browser or synthesis',
    from: /^test\/unit\/.*\.test\.ts$/,
    never: /^node:(child_process|worker_threads)$|^aws-cdk-lib|^cdk-nag$|^playwright-core$/,
    counts: 'start',
  },
]
