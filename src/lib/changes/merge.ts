import * as z from 'zod/mini';
import type { Table } from '#lib/data/rows.ts';
import * as codes from '#lib/domain/codes.ts';
import type { Change, Refused } from './change.ts';
import { tableOf } from './kinds.ts';
import { meaningOf } from './meanings.ts';

/** A refused writing of some fields of one row. */
export interface Edit<Changes> {
	readonly changes: Changes;
	/** What its writer saw of them; empty when it is not known. */
	readonly seen: Partial<Changes>;
	readonly sequence: number;
}

/** One field as it was written here and as it is saved. */
export interface Version<Value> {
	readonly mine: Value;
	readonly theirs: Value;
	/** Whether what is saved is what the writer saw: nobody else touched it. */
	readonly untouched: boolean;
	/** The sequence numbers of the refused writings that carry it. */
	readonly sequences: readonly number[];
}

/** Whether the server refused a change because a field held something else by then. */
export function metAnother({ refusal }: Pick<Refused, 'refusal'>): boolean {
	return refusal?.code === codes.CONFLICT;
}

const named = z.object({ id: z.string() });

/** The row of this table whose fields a change writes; null: it does nothing of the kind. */
export function editedIn(table: Table, { kind, args }: Change): string | null {
	if (tableOf(kind) !== table || !meaningOf(kind)?.fields.length) return null;
	const read = z.safeParse(named, args);
	return read.success ? read.data.id : null;
}

/** The same, of a change that also says of these fields what they shall be. */
export function readableIn(table: Table, shape: z.ZodMiniType, change: Change): string | null {
	const written = z.safeParse(z.object({ changes: shape }), change.args);
	return written.success ? editedIn(table, change) : null;
}

/**
 * What these changes write of a row's fields, in their order; those of another shape are left out.
 */
export function editsOf<Changes extends object>(
	shape: z.ZodMiniType<Changes>,
	refused: readonly (Change & Pick<Refused, 'sequence'> & Partial<Pick<Refused, 'base'>>)[]
): Edit<Changes>[] {
	const written = z.object({ changes: shape });
	return refused.flatMap(({ args, base, sequence }) => {
		const read = z.safeParse(written, args);
		const seen = z.safeParse(shape, base);
		if (!read.success) return [];
		return [{ changes: read.data.changes, seen: seen.success ? seen.data : {}, sequence }];
	});
}

/**
 * A field as it was written here, the last writing of it, and as it is saved (`theirs`); null: it
 * was not written, or holds the same on both sides. Counts as seen what was there before the first.
 */
export function versionOf<Changes extends object, Field extends keyof Changes>(
	edits: readonly Edit<Changes>[],
	field: Field,
	theirs: Changes[Field]
): Version<Changes[Field]> | null {
	const carriers = edits.filter(({ changes }) => field in changes);
	const last = carriers.at(-1);
	if (!last || isSame(last.changes[field], theirs)) return null;
	const first = edits.find(({ seen }) => field in seen);
	return {
		mine: last.changes[field],
		theirs,
		untouched: first !== undefined && isSame(first.seen[field], theirs),
		sequences: carriers.map(({ sequence }) => sequence)
	};
}

function isSame(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}
