import { hash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { type Node, parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { asScript } from '../../../emulator/cloudfront/function-runtime.ts'
import { gateEvent } from '../../../emulator/cloudfront/gate.ts'
import { bundleGate, bundleGateForPages, bundlePinnedVersion } from '../../../edge/gate/bundle.ts'
import { withPageOrigins } from '../../../shared/cloudfront/page-origins.ts'
import { pinnedVersionCases, pinnedVersionCode, eventOf } from '../../support/gate/pinned-version.ts'
import { gateCode, gateRequest, type GateViewer } from '../../support/gate/gate.ts'
import { gateCases } from '../../support/gate/gate-cases.ts'

/** Nodes of ES5, `let`, `const`, arrow functions and template literals (AWS, "JavaScript runtime 2.0 features"). */
const allowedNodes = new Set(
  [
    'Program VariableDeclaration VariableDeclarator FunctionDeclaration ArrowFunctionExpression',
    'BlockStatement ReturnStatement IfStatement ForStatement ThrowStatement ExpressionStatement',
    'CallExpression NewExpression MemberExpression Identifier Literal TemplateLiteral TemplateElement ArrayExpression',
    'ObjectExpression Property BinaryExpression LogicalExpression UnaryExpression UpdateExpression',
    'AssignmentExpression ConditionalExpression SequenceExpression ParenthesizedExpression',
  ].flatMap(line => line.split(' ')),
)

/** Operators of ES6 to ES12 that have the node of an older one. */
const newOperators = new Set(['??', '??=', '||=', '&&=', '**', '**=', 'in'])

/** Methods of built-in objects on the same page, of `crypto`, and of `Buffer`, as AWS's own samples call it. */
const allowedMethods = new Set(
  [
    'indexOf lastIndexOf slice split repeat toString toLowerCase test exec keys map forEach some join concat stringify',
    'createHash update digest logCustomData from',
  ].flatMap(line => line.split(' ')),
)

/** Its own functions and variables have other names. */
const allowedGlobals = new Set('require Object Number JSON RegExp Error decodeURIComponent Buffer'.split(' '))

/** The gate for the most pages that a deployment may have, with the longest hosts. */
const longest = Array.from({ length: 10 }, (_, index) => `https://${index}${'x'.repeat(59)}.com:65535`)
const gateForPages = withPageOrigins(await bundleGateForPages(), longest)

/** The code of all functions. */
const codes = [
  ['gate', asScript(gateCode)],
  ['gate for pages', asScript(gateForPages)],
  ['pinned version', pinnedVersionCode],
] as const

type AnyNode = Node & Readonly<Record<string, unknown>>

/** Returns all nodes of a script, each after its parent. */
function nodesOf(code: string): readonly AnyNode[] {
  const { program, errors } = parseSync('gate.js', code, { sourceType: 'script' })
  if (errors.length > 0) throw new Error(errors[0]?.message)
  const nodes: AnyNode[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('type' in value && 'start' in value) nodes.push(value as AnyNode)
    for (const inner of Object.values(value)) visit(inner)
  }
  visit(program)
  return nodes
}

/** Returns what the runtime may not know, or does not do: syntax, methods, globals. */
function unsupported(code: string): readonly string[] {
  const nodes = nodesOf(code)
  const names = (of: unknown) =>
    (of as { type?: string; name?: string }).type === 'Identifier' ? [(of as { name: string }).name] : []
  const declared = new Set(
    nodes.flatMap(node => [
      ...(node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' ? names(node.id) : []),
      ...('params' in node ? (node.params as readonly unknown[]).flatMap(names) : []),
    ]),
  )
  const properties = new Set(
    nodes.flatMap(node => [
      ...(node.type === 'MemberExpression' && !node.computed ? [node.property] : []),
      ...(node.type === 'Property' && !node.computed ? [node.key] : []),
    ]) as readonly unknown[],
  )
  return nodes.flatMap(node => [
    ...(allowedNodes.has(node.type) ? [] : [node.type]),
    ...(newOperators.has(String(node['operator'])) ? [String(node['operator'])] : []),
    ...['async', 'generator', 'optional', 'shorthand', 'method'].filter(flag => node[flag] === true),
    ...(node.type === 'Property' && node.computed ? ['computed key'] : []),
    ...(node.type === 'Literal' && 'bigint' in node ? ['bigint'] : []),
    ...(node.type === 'Literal' && 'regex' in node ? newInRegex(node.regex as RegexSource) : []),
    ...(node.type === 'Identifier' &&
    !properties.has(node) &&
    !declared.has(node.name) &&
    !allowedGlobals.has(node.name)
      ? [node.name]
      : []),
    ...(node.type === 'CallExpression' && node.callee.type === 'MemberExpression'
      ? methodsOf(node.callee as AnyNode)
      : []),
  ])
}

interface RegexSource {
  readonly pattern: string
  readonly flags: string
}

function newInRegex({ pattern, flags }: RegexSource): readonly string[] {
  return [...(pattern.match(/\(\?<|\\[pk]/g) ?? []), ...(flags.match(/[^gim]/g) ?? [])]
}

function methodsOf(callee: AnyNode): readonly string[] {
  const { name } = callee['property'] as { name?: string }
  return callee['computed'] === true || name === undefined ? ['computed call'] : allowedMethods.has(name) ? [] : [name]
}

describe('the language of the bundle', () => {
  test.each(codes)('is what AWS lists for runtime 2.0: %s', (_, code) => {
    expect(unsupported(code)).toEqual([])
  })

  test.each([
    'for (const a of [1]);',
    'const a = {}; const b = a?.b',
    'const a = 1 ?? 2',
    'const a = 1; const b = { a }',
    'const a = { b() {} }',
    'const a = { ["b"]: 1 }',
    'async function a() {}',
    'const a = 1n',
    'const a = /(?<name>b)/',
    'const a = /a/u',
    'const a = new Map()',
    'const a = "x".at(0)',
    'const a = "x"["at"](0)',
  ])('would not allow: %s', code => {
    expect(unsupported(code)).not.toEqual([])
  })
})

test('two builds have the same bytes', async () => {
  expect(await bundleGate()).toBe(gateCode)
  expect(await bundlePinnedVersion()).toBe(pinnedVersionCode)
})

describe('the size of the bundle', () => {
  test.each(codes)(
    'is below 8,800 bytes, of the 10,240 that CloudFront allows, with pages below those: %s',
    (name, code) => {
      expect(Buffer.byteLength(code)).toBeLessThan(name === 'gate for pages' ? 10_240 : 8_800)
    },
  )

  test.each(codes)('does not depend on how a template spells other characters, as it is ASCII: %s', (_, code) => {
    expect(code).toMatch(/^[\n\x20-\x7e]*$/)
  })
})

/** Operations that take a step each; what they are made of doesn't count. */
const steps = /^(Call|New|Binary|Logical|Unary|Update|Assignment|Conditional|Object|Array)Expression$|^TemplateLiteral$/

/** Returns the code with a call of `step()` before each operation. */
function counting(code: string): string {
  const inserts = nodesOf(code)
    .filter(({ type }) => steps.test(type))
    .flatMap(({ start, end }) => [
      { at: start, text: '(step(),', depth: start - end },
      { at: end, text: ')', depth: end - start },
    ])
  // At the same place, closing ones come first, inner ones before outer ones; then opening ones, outer ones first.
  inserts.sort((a, b) => a.at - b.at || Math.sign(b.depth) - Math.sign(a.depth) || a.depth - b.depth)
  let counted = ''
  let from = 0
  for (const { at, text } of inserts) {
    counted += code.slice(from, at) + text
    from = at
  }
  return counted + code.slice(from)
}

/** Returns the operations and hashes that a request takes, and whether it passes. */
function costOf(viewer: GateViewer): { operations: number; hashes: number; passes: boolean } {
  const cost = { operations: 0, hashes: 0 }
  const digest = (text: string) => ({ digest: (encoding: 'base64url') => hash('sha256', text, encoding) })
  const crypto = { createHash: () => ((cost.hashes += 1), { update: digest }) }
  const event = structuredClone(gateEvent(gateRequest(viewer), 'request-1'))
  const modules = { crypto, cloudfront: { logCustomData: () => undefined } }
  const require = (name: keyof typeof modules) => modules[name]
  const context = { require, Buffer, step: () => (cost.operations += 1), event }
  runInNewContext(
    `${counting(asScript(gateCode))};begin()`,
    Object.assign(context, { begin: () => (cost.operations = 0) }),
  )
  const passes = runInNewContext('handler(event)', context) === event.request
  return { ...cost, passes }
}

describe('the work of a request', () => {
  const hashes = `l=${'l'.repeat(22)}&a=4cb007107&c=${'c'.repeat(22)}`
  const wrong: GateViewer['headers'] = [
    ['Cookie', `__Secure-once-${'l'.repeat(22)}=${'s'.repeat(22)}`],
    ['Once-Client', 's'.repeat(43)],
  ]
  const many = (count: number, text: string) => Array.from({ length: count }, (_, index) => text + index)
  const accept: GateViewer['headers'] = [
    ['Accept', 'text/html'],
    ['Accept-Language', many(900, 'ja-JP;q=0.').join()],
  ]

  test.each<readonly [string, GateViewer, number]>([
    ['a film’s segment', { url: '/film/1.m4s' }, 30],
    ['its address', { url: `/x?${hashes}&Policy=p&Signature=s&Key-Pair-Id=k&Hash-Algorithm=SHA256` }, 250],
    [
      'the longest IPv6 address',
      { url: '/x?a=620010db800010002', ip: '2001:0db8:0001:0002:0003:0004:203.100.113.107' },
      250,
    ],
    ['two wrong secrets, and a page', { url: `/x?${hashes}`, ip: '::1', headers: [...wrong, ...accept] }, 500],
    ['the longest query', { url: `/x?${many(2700, 'p').join('&')}`, headers: accept }, 330],
    ['the most parameters', { url: `/x?${many(50, 'p').join('&')}`, headers: accept }, 900],
  ])('%s takes few operations, and two hashes at most', (_, viewer, most) => {
    const { operations, hashes } = costOf(viewer)
    expect(operations).toBeGreaterThan(0)
    expect(operations).toBeLessThanOrEqual(most)
    expect(hashes).toBeLessThanOrEqual(2)
  })

  test('no case takes more than 900 operations, and counting them changes no decision', () => {
    for (const [name, viewer, decision] of gateCases) {
      const { operations, passes } = costOf(viewer)
      expect(operations, name).toBeLessThanOrEqual(900)
      expect(passes, name).toBe(decision === 'pass')
    }
  })

  test('no response takes the pinned-version function more than 150 operations', () => {
    for (const [name, viewer, response] of pinnedVersionCases) {
      const cost = { operations: 0 }
      const context = { step: () => (cost.operations += 1), event: structuredClone(eventOf(viewer, response)) }
      const begin = () => (cost.operations = 0)
      const run = `${counting(pinnedVersionCode)};begin();try{handler(event)}catch{}`
      runInNewContext(run, Object.assign(context, { begin }))
      expect(cost.operations, name).toBeGreaterThan(0)
      expect(cost.operations, name).toBeLessThanOrEqual(150)
    }
  })

  test('a loop over the request would be found', () => {
    const code = counting('function handler(event){for(let i=0;i<event.length;i+=1){}}')
    const counted = { steps: 0 }
    runInNewContext(`${code};handler("x".repeat(1000))`, { step: () => (counted.steps += 1) })
    expect(counted.steps).toBeGreaterThan(2_000)
  })
})
