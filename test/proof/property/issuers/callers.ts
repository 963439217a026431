import { asRole, asToken, issuersOf, roleArn } from '../../../support/api/issuers.ts'

const all = ['issue', 'read', 'revoke', 'exchange'] as const
const partner = '444455556666'

/** A list of issuers, and that of the same deployment after its rights were changed. */
export const lists = {
  now: issuersOf(
    { id: 'reports', principal: roleArn('reports'), prefixes: ['reports/'], verbs: all },
    { id: 'reports', principal: roleArn('redeemer'), prefixes: ['reports/2026/'], verbs: ['exchange'] },
    {
      id: 'audits',
      principal: 'arn:aws:iam::111122223333:user/staff/auditor',
      prefixes: ['audits/', 'reports/audited/'],
      verbs: all,
    },
    { id: 'reader', principal: roleArn('reader'), prefixes: [''], verbs: ['read'] },
    { id: 'root', principal: roleArn('admin'), prefixes: [''], verbs: ['admin'] },
    { id: 'lead', principal: roleArn('lead'), prefixes: ['audits/'], verbs: ['admin', 'exchange'] },
    { id: 'ops', principal: roleArn('ops'), prefixes: [''], verbs: ['issue', 'exchange', 'admin'] },
    { id: 'partner', principal: partner, prefixes: ['partner/'], verbs: all },
    {
      id: 'special',
      principal: roleArn('reports', partner),
      prefixes: ['partner/special/'],
      verbs: ['issue', 'read'],
    },
    { id: 'staff', group: 'staff', prefixes: ['staff/', 'alice/shared/'], verbs: all },
    { id: 'alice', subject: 'alice', prefixes: ['alice/'], verbs: all },
    { id: 'second', group: 'seconds', prefixes: [''], verbs: all },
    { id: 'desk', group: 'desk', prefixes: ['desk/'], verbs: all, own: true },
    { id: 'desk', principal: roleArn('desk-lead'), prefixes: ['desk/'], verbs: all },
  ),
  later: issuersOf(
    { id: 'sales', principal: roleArn('reports'), prefixes: ['reports/2026/', 'audits/'], verbs: all },
    { id: 'reports', principal: roleArn('reader'), prefixes: ['reports/2026/'], verbs: all },
    { id: 'root', principal: roleArn('admin'), prefixes: [''], verbs: ['read'] },
    { id: 'staff', group: 'staff', prefixes: ['staff/'], verbs: ['read'] },
    { id: 'alice', subject: 'alice', prefixes: ['alice/'], verbs: ['issue'] },
    { id: 'desk', group: 'desk', prefixes: ['desk/'], verbs: all },
  ),
}

/** Name of a list of issuers. */
export type ListName = keyof typeof lists

/** What a caller may do, by the model: written by hand, not computed from the lists. */
export interface Rights {
  readonly owner: string
  readonly prefixes: readonly string[]
  readonly verbs: readonly ('issue' | 'read' | 'revoke' | 'exchange')[]
  /** Links of all issuers. */
  readonly ofAll?: true
  /** Only links that this caller issued while it had this. */
  readonly own?: string
}

/** A caller, as API Gateway reports it, and its rights under each list; absent if it has none. */
export interface TestCaller {
  readonly name: string
  readonly as: ReturnType<typeof asRole> | ReturnType<typeof asToken>
  readonly rights: Readonly<Partial<Record<ListName, Rights>>>
}

const user = {
  user: 'AIDAAUDITOR',
  identity: { accountId: '111122223333', userArn: 'arn:aws:iam::111122223333:user/staff/auditor' },
}

/** A session of another role that has the name of a role in the list, and a user that has. */
const posers: readonly TestCaller[] = [
  {
    name: 'a session called reports',
    as: { ...asRole('other'), ...poserAs('assumed-role/other/reports') },
    rights: {},
  },
  { name: 'a user called reports', as: { ...asRole('other'), ...poserAs('user/reports') }, rights: {} },
  { name: 'a role called auditor', as: asRole('auditor'), rights: {} },
]

function poserAs(resource: string) {
  const service = resource.startsWith('user') ? 'iam' : 'sts'
  return { identity: { accountId: '111122223333', userArn: `arn:aws:${service}::111122223333:${resource}` } }
}

/** All callers of the test. */
export const callers: readonly TestCaller[] = [
  {
    name: 'reports',
    as: asRole('reports'),
    rights: {
      now: { owner: 'reports', prefixes: ['reports/'], verbs: all },
      later: { owner: 'sales', prefixes: ['reports/2026/', 'audits/'], verbs: all },
    },
  },
  {
    name: 'redeemer',
    as: asRole('redeemer'),
    rights: { now: { owner: 'reports', prefixes: ['reports/2026/'], verbs: ['exchange'] } },
  },
  {
    name: 'auditor',
    as: user,
    rights: { now: { owner: 'audits', prefixes: ['audits/', 'reports/audited/'], verbs: all } },
  },
  {
    name: 'reader',
    as: asRole('reader'),
    rights: {
      now: { owner: 'reader', prefixes: [''], verbs: ['read'] },
      later: { owner: 'reports', prefixes: ['reports/2026/'], verbs: all },
    },
  },
  {
    name: 'admin',
    as: asRole('admin'),
    rights: {
      now: { owner: 'root', prefixes: [''], verbs: ['read', 'revoke'], ofAll: true },
      later: { owner: 'root', prefixes: [''], verbs: ['read'] },
    },
  },
  {
    name: 'lead',
    as: asRole('lead'),
    rights: { now: { owner: 'lead', prefixes: ['audits/'], verbs: ['read', 'revoke', 'exchange'], ofAll: true } },
  },
  { name: 'ops', as: asRole('ops'), rights: { now: { owner: 'ops', prefixes: [''], verbs: all, ofAll: true } } },
  {
    name: 'partner',
    as: asRole('any', partner),
    rights: { now: { owner: 'partner', prefixes: ['partner/'], verbs: all } },
  },
  {
    name: 'another role of partner',
    as: asRole('another', partner),
    rights: { now: { owner: 'partner', prefixes: ['partner/'], verbs: all } },
  },
  {
    name: 'special',
    as: asRole('reports', partner),
    rights: { now: { owner: 'special', prefixes: ['partner/special/'], verbs: ['issue', 'read'] } },
  },
  {
    name: 'alice, who is also in a group',
    as: asToken('alice', ['staff', 'seconds']),
    rights: {
      now: { owner: 'alice', prefixes: ['alice/'], verbs: all },
      later: { owner: 'alice', prefixes: ['alice/'], verbs: ['issue'] },
    },
  },
  {
    name: 'bob of two groups',
    as: asToken('bob', ['seconds', 'staff']),
    rights: {
      now: { owner: 'staff', prefixes: ['staff/', 'alice/shared/'], verbs: all },
      later: { owner: 'staff', prefixes: ['staff/'], verbs: ['read'] },
    },
  },
  ...['carol', 'dave'].map(own => ({
    name: `${own} of the desk`,
    as: asToken(own, ['desk']),
    rights: {
      now: { owner: 'desk', prefixes: ['desk/'], verbs: all, own },
      later: { owner: 'desk', prefixes: ['desk/'], verbs: all },
    },
  })),
  {
    name: 'the lead of the desk',
    as: asRole('desk-lead'),
    rights: { now: { owner: 'desk', prefixes: ['desk/'], verbs: all } },
  },
  { name: 'mallory', as: asToken('mallory', ['reports', 'alice', '']), rights: {} },
  { name: 'a stranger', as: asRole('stranger'), rights: {} },
  { name: 'reports of another account', as: asRole('reports', '777788889999'), rights: {} },
  ...posers,
]

/** Keys, in folders of all and of none; some only look like one of them. */
export const keys = [
  'reports/q1.pdf',
  'reports/2026/q1.pdf',
  'reports/2026/q2.pdf',
  'reports/audited/q1.pdf',
  'reports',
  'Reports/q1.pdf',
  'audits/1.pdf',
  'audits-old/1.pdf',
  'partner/1.pdf',
  'partner/special/1.pdf',
  'staff/1.pdf',
  'desk/1.pdf',
  'desk/2.pdf',
  'alice/1.pdf',
  'alice/shared/1.pdf',
  'q1.pdf',
] as const
