/** What each folder of the product may import of the others: what stands alone first, what stands on it below. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  edge: ['shared'],
  api: ['shared'],
  jobs: ['shared'],
  client: ['shared'],
  console: ['client', 'edge', 'shared'],
  infra: ['console', 'edge', 'shared'],
  cli: ['client', 'console', 'infra', 'shared'],
  emulator: ['api', 'client', 'console', 'edge', 'infra', 'jobs', 'shared'],
  tools: ['emulator', 'infra', 'shared'],
}

/** Every folder with code of ours. */
export const folders: readonly string[] = [...Object.keys(rooms), 'examples', 'test']

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
  /** Which imports count: `values` are those without types; `start` are those at any distance, without what is loaded on demand. @default all */
  readonly counts?: 'values' | 'start'
}

/** The rules, beside the table of rooms and that no file imports itself, at any distance. */
export const rules: readonly Rule[] = [
  {
    because: 'shared needs no CDK, no package but the validator, and no SDK but in modules that are loaded on demand',
    from: /^shared\//,
    except: /^shared\/aws\/sdk-/,
    only: /^(shared\/|node:|valibot$|json-schema-to-ts$)/,
  },
  { because: 'ground facts stand alone', from: /^shared\/[^/]+$/, never: /^shared\/[^/]+\// },
  {
    because: 'AWS without the SDK needs no package',
    from: /^shared\/aws\//,
    except: /\/sdk-/,
    only: /^(shared\/|node:)/,
  },
  ...apart('shared', {
    api: ['callers'],
    aws: ['secrets', 'settings', 'table', 'webhooks'],
    callers: ['texts'],
    cloudfront: [],
    delivery: ['texts'],
    local: [],
    options: ['callers', 'delivery', 'secrets', 'settings', 'table', 'texts', 'webhooks'],
    redemption: ['secrets', 'table'],
    schemas: ['api', 'callers', 'delivery', 'options', 'webhooks'],
    secrets: ['cloudfront'],
    settings: ['callers', 'cloudfront', 'texts', 'webhooks'],
    table: [],
    texts: [],
    webhooks: ['callers'],
  }),
  ...apart('jobs', { deliveries: [], events: [], 'file-ends': [], keys: [], totals: [], webhooks: [] }),
  {
    because: 'only adapters of functions know the SDK',
    from: /^(edge|api|jobs)\//,
    except: /\/adapters\//,
    never: /^@aws-sdk\//,
  },
  {
    because: 'only main files and adapters of functions know adapters and AWS',
    from: /^(edge|api|jobs)\//,
    except: /\/adapters\/|(\/|-)main\.ts$/,
    never: /^shared\/aws\/|\/adapters\//,
  },
  { because: 'the gate runs by itself', from: /^edge\/gate\//, never: /^edge\/(?!gate\/|pages\/texts\/)/ },
  {
    because: 'no function makes error pages: they are pages of the edge, and not its redemption',
    from: /^edge\/error-pages\//,
    never: /^edge\/(?!error-pages\/|pages\/)/,
  },
  {
    because: 'Lambda@Edge has neither the gate nor error pages',
    from: /^edge\/(?!gate\/|error-pages\/)/,
    never: /^edge\/(gate|error-pages)\//,
  },
  ...apart('api', { exchange: ['adapters'], links: ['adapters'], sweeper: ['adapters'], uploads: ['adapters'] }),
  { because: 'what routes share knows none of them', from: /^api\/[^/]+$/, never: /^api\/[^/]+\// },
  { because: 'the authorizer runs by itself', from: /^api\/authorizer\//, never: /^api\/(?!authorizer\/)/ },
  {
    because: 'the construct makes what CloudFront runs by itself, and bundles the rest',
    from: /^infra\//,
    never: /^edge\/(?!gate\/|error-pages\/)/,
  },
  {
    because: 'the construct does not need its first user',
    from: /^infra\/(?!app\/|deployment\.ts$)/,
    never: /^infra\/(app\/|deployment\.ts$)/,
  },
  {
    because: 'partners install the client without another package',
    from: /^client\//,
    only: /^(client\/|shared\/(api\/routes|schemas\/types)\.ts$)/,
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
  {
    because: 'the package of commands on links has nothing that deploys',
    from: /^cli\/links-main\.ts$/,
    never: /^infra\/|^cli\/deployment\//,
    counts: 'start',
  },
  { because: 'a deployment works without links', from: /^cli\/deployment\//, never: /^cli\/links\// },
  {
    because: 'only adapters of the command line know the SDK',
    from: /^cli\//,
    except: /^cli\/adapters\//,
    never: /^@aws-sdk\//,
  },
  {
    because: 'only the main file of the command line knows its adapters',
    from: /^cli\//,
    except: /^cli\/(adapters\/|(command|links)-main\.ts$)/,
    never: /\/adapters\//,
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
    because:
      'of the functions that AWS starts, the emulator runs those that read access logs, and make and send events',
    from: /^emulator\//,
    never: /^jobs\/(?!(deliveries|events|webhooks)\/)/,
  },
  {
    because: 'the document is made of schemas',
    from: /^tools\/openapi\//,
    never: /^(emulator|infra)\/|^tools\/(?!openapi\/)/,
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

/** Returns the rules that subjects, each a folder below `folder`, import no others there but those that they stand on. */
function apart(folder: string, subjects: Readonly<Record<string, readonly string[]>>): readonly Rule[] {
  return Object.entries(subjects).map(([subject, below]) => ({
    because: `subjects of ${folder} need no others than they must`,
    from: new RegExp(`^${folder}/${subject}/`),
    never: new RegExp(`^${folder}/(?!(${[subject, ...below].join('|')})/)[^/]+/`),
  }))
}
