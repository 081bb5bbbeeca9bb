import * as z from 'zod/mini';
import type { Table } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import type { Refused } from './change.ts';
import { tableOf } from './kinds.ts';
import { meaningOf } from './meanings.ts';
import { metAnother } from './merge.ts';

/** The tables of whose texts no page of its own shows two versions. */
type Texts = Extract<Table, 'challenge_notes' | 'feedbacks' | 'profiles'>;

/** A text written here and elsewhere, of which no page of its own shows both versions. */
export interface TextConflict {
	readonly table: Texts;
	readonly mine: string;
	readonly theirs: string;
	/** The last of the refused writings, which is tried again against `base` to keep mine. */
	readonly sequence: number;
	readonly base: Readonly<Record<string, string>>;
	/** The ones before it, which it contains. */
	readonly earlier: readonly number[];
}

const read = z.looseObject({
	id: z.optional(z.string()),
	changes: z.optional(z.record(z.string(), z.unknown())),
	session_id: z.optional(z.string()),
	member_id: z.optional(z.string())
});

/** Of all that was refused, the texts that met another version, each once. */
export function textConflicts(refused: readonly Refused[], view: View): TextConflict[] {
	const found = new Map<string, TextConflict>();
	for (const operation of refused) {
		const { kind, args, sequence } = operation;
		const written = z.safeParse(read, args);
		if (!metAnother(operation) || !written.success) continue;
		const there = held(kind, written.data, view);
		const { changes = written.data } = written.data;
		const texts = (meaningOf(kind)?.fields ?? []).filter(
			(field) => typeof changes[field] === 'string'
		);
		const [field = ''] = texts;
		if (there === null || texts.length !== 1) continue;
		const theirs: unknown = Reflect.get(there.row, field);
		if (typeof theirs !== 'string') continue;
		const key = `${there.row.id} ${there.table} ${field}`;
		const before = found.get(key);
		found.set(key, {
			table: there.table,
			mine: String(changes[field]),
			theirs,
			sequence,
			base: { [field]: theirs },
			earlier: before ? [...before.earlier, before.sequence] : []
		});
	}
	return [...found.values()];
}

function held(
	kind: string,
	{ id, session_id, member_id }: z.infer<typeof read>,
	view: View
): { table: Texts; row: { readonly id: string } } | null {
	const table = tableOf(kind);
	if (table === 'challenge_notes' || table === 'profiles') {
		const row = view[table].find((one) => one.id === id);
		return row ? { table, row } : null;
	}
	if (table !== 'feedbacks') return null;
	const row = view.feedbacks.find(
		(one) => one.sessionId === session_id && one.memberId === member_id
	);
	return row ? { table, row } : null;
}
