import { isDeepStrictEqual } from 'node:util'
import { type Resource, resourcesOf, type Templates, valueAt, type Variant } from '../synthesised.ts'

/** One thing that every template of a kind must have. */
export interface Guard {
  /** What must be so, in words. */
  readonly says: string
  readonly in: Variant
  readonly type: string
  /** Only in stacks whose names hold this. */
  readonly stack?: string
  /** Only resources whose id matches. */
  readonly id?: RegExp
  readonly path: string
  /** What must stand there, or what must be true of it. */
  readonly is: unknown
  /** What stands there when the guard is taken away; undefined is nothing. */
  readonly without?: unknown
}

/** The resources that a guard is about. */
export function subjectsOf({ type, stack, id = /./ }: Guard, templates: Templates): readonly Resource[] {
  return resourcesOf(templates, type, stack).filter(resource => id.test(resource.id))
}

/** Whether the guard holds: there is something it is about, and it is so for all of that. */
export function holds(guard: Guard, templates: Templates): boolean {
  const subjects = subjectsOf(guard, templates)
  return subjects.length > 0 && subjects.every(subject => isAsSaid(valueAt(subject, guard.path), guard.is))
}

function isAsSaid(value: unknown, is: unknown): boolean {
  return typeof is === 'function' ? (is as (value: unknown) => boolean)(value) : isDeepStrictEqual(value, is)
}

/** Nothing stands there. */
export const absent = (value: unknown) => value === undefined
/** Something stands there. */
export const present = (value: unknown) => value !== undefined && value !== ''
/** What stands there has this text in it, spelled as JSON. */
export const contains = (part: string) => (value: unknown) => JSON.stringify(value ?? '').includes(part)
/** A number, no larger. */
export const atMost = (most: number) => (value: unknown) => typeof value === 'number' && value <= most
/** The opposite. */
export const not = (is: (value: unknown) => boolean) => (value: unknown) => !is(value)
/** It is so for each in a list. */
export const every = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is)
/** It is so for one at least in a list. */
export const one = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.some(is)
/** At a path of what stands there is a value, or is something true of it. */
export const entry = (path: string, is: unknown) => (value: unknown) => isAsSaid(valueAt(value as object, path), is)
/** Both are so. */
export const both = (a: (value: unknown) => boolean, b: (value: unknown) => boolean) => (value: unknown) =>
  a(value) && b(value)
