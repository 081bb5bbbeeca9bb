/**
 * What a record of this device may hold: the few words of zod that the first screen needs, under
 * the same names (`import * as z`). zod itself weighs an eighth of all the code a phone loads
 * before that screen, and without `eval` (our Content-Security-Policy) reads thousands of rows
 * slowly. Forms, the wire and the server keep zod.
 */

/** Reads a foreign value. @throws Misread. */
export interface Shape<T> {
	parse(value: unknown): T;
}
type Read<S> = S extends Shape<infer T> ? T : never;
export type { Read as infer };

export type Fields = Readonly<Record<string, Shape<unknown>>>;

/** A value of another shape. It says what was expected and never what was found. */
export class Misread extends Error {
	constructor(expected: string) {
		super(`not ${expected}`);
		this.name = 'Misread';
	}
}

function only<T>(expected: string, is: (value: unknown) => value is T): Shape<T> {
	return {
		parse(value) {
			if (!is(value)) throw new Misread(expected);
			return value;
		}
	};
}

export const string = () => only('a text', (value) => typeof value === 'string');
export const boolean = () => only('yes or no', (value) => typeof value === 'boolean');
export const number = () => only('a number', (value): value is number => Number.isFinite(value));
export const unknown = (): Shape<unknown> => ({ parse: (value) => value });

function oneOf<const T extends string>(values: readonly T[]): Shape<T> {
	return only('one of the words', (value): value is T => values.some((known) => known === value));
}
export { oneOf as enum };

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
	return { parse: (value) => (value === null ? null : shape.parse(value)) };
}

/** With `value` where there is none yet: a row that an older server sent. */
export function _default<T>(shape: Shape<T>, value: T): Shape<T> {
	return { parse: (given) => (given === undefined ? value : shape.parse(given)) };
}

export function array<T>(shape: Shape<T>): Shape<T[]> {
	return {
		parse(value) {
			if (!Array.isArray(value)) throw new Misread('a list');
			return value.map((item) => shape.parse(item));
		}
	};
}

/** An object of any keys. */
export function record<T>(shape: Shape<T>): Shape<Record<string, T>> {
	return {
		parse(value) {
			if (typeof value !== 'object' || value === null) throw new Misread('an object');
			return Object.fromEntries(
				Object.entries(value).map(([key, item]: [string, unknown]) => [key, shape.parse(item)])
			);
		}
	};
}

/** A shape read further; `to` may throw Misread. */
export function transform<T, U>(shape: Shape<T>, to: (value: T) => U): Shape<U> {
	return { parse: (value) => to(shape.parse(value)) };
}

export interface ObjectShape<F extends Fields> extends Shape<{ [K in keyof F]: Read<F[K]> }> {
	readonly fields: F;
}

/**
 * An object with these fields; others are left aside. `name` says what a field is called once read.
 */
export function object<F extends Fields>(
	fields: F,
	name: (field: string) => string = (field) => field
): ObjectShape<F> {
	const named = Object.entries(fields).map(([from, shape]) => ({ from, to: name(from), shape }));
	return {
		fields,
		parse(value) {
			if (typeof value !== 'object' || value === null) throw new Misread('an object');
			const read: Record<string, unknown> = {};
			for (const { from, to, shape } of named) read[to] = shape.parse(Reflect.get(value, from));
			// Every field was read by its own shape: what `F` says, unless `name` renamed it.
			return read as { [K in keyof F]: Read<F[K]> };
		}
	};
}

/** As `parse`, without the throw. */
export function safeParse<T>(
	shape: Shape<T>,
	value: unknown
): { success: true; data: T } | { success: false; data?: undefined } {
	try {
		return { success: true, data: shape.parse(value) };
	} catch {
		return { success: false };
	}
}
