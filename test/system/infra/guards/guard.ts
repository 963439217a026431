import { isDeepStrictEqual } from 'node:util'
import {
  type Resource,
  resourcesOf,
  type Templates,
  valueAt,
  type Variant,
} from '../../../support/infra/synthesised.ts'

/** A property that resources of a type must have in the templates. */
export interface Guard {
  /** The requirement, as the title of a test. */
  readonly title: string
  readonly in: Variant
  readonly type: string
  /** Only stacks whose names include this. @default all */
  readonly stack?: string
  /** Only resources whose logical id matches. @default all */
  readonly id?: RegExp
  readonly path: string
  /** The value at `path`, or a predicate of it. */
  readonly is: unknown
  /** The value at `path` without the guard; undefined if it has none. */
  readonly without?: unknown
}

/** Returns the resources to which a guard applies. */
export function resourcesFor({ type, stack, id = /./ }: Guard, templates: Templates): readonly Resource[] {
  return resourcesOf(templates, type, stack).filter(resource => id.test(resource.id))
}

/** Whether there are resources to which a guard applies, and all of them meet it. */
export function holds(guard: Guard, templates: Templates): boolean {
  const resources = resourcesFor(guard, templates)
  return resources.length > 0 && resources.every(resource => matches(valueAt(resource, guard.path), guard.is))
}

/** Whether a value is what a guard names: equal to it, or accepted by its predicate. */
export function matches(value: unknown, is: unknown): boolean {
  return typeof is === 'function' ? (is as (value: unknown) => boolean)(value) : isDeepStrictEqual(value, is)
}

/** There is no value. */
export const absent = (value: unknown) => value === undefined
/** There is a value, and it isn't empty. */
export const present = (value: unknown) => value !== undefined && value !== ''
/** The value, as JSON, contains this text. */
export const contains = (part: string) => (value: unknown) => JSON.stringify(value ?? '').includes(part)
/** The value is a number, at most `max`. */
export const atMost = (max: number) => (value: unknown) => typeof value === 'number' && value <= max
/** The predicate is false. */
export const not = (is: (value: unknown) => boolean) => (value: unknown) => !is(value)
/** The predicate is true of every item of a list. */
export const every = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is)
/** The predicate is true of at least one item of a list. */
export const one = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.some(is)
/** The value has this entry at a path, or one of which the predicate is true. */
export const entry = (path: string, is: unknown) => (value: unknown) => matches(valueAt(value as object, path), is)
/** Both predicates are true. */
export const both = (a: (value: unknown) => boolean, b: (value: unknown) => boolean) => (value: unknown) =>
  a(value) && b(value)
