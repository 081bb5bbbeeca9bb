import * as z from 'zod/mini';
import type { View } from '#lib/data/view.ts';

interface Refused {
	readonly kind: string;
	readonly args: unknown;
	readonly base: unknown;
	readonly place: number;
	readonly refusal: { readonly code: string } | null;
}

/** A text written here and, meanwhile, elsewhere, of which no page of its own shows both versions. */
export interface Meeting {
	readonly kind: 'notes.write' | 'feedback.write' | 'profile.write';
	readonly mine: string;
	readonly theirs: string;
	/** The last of the refused writings, which is tried again against `base` to keep mine. */
	readonly place: number;
	readonly base: Readonly<Record<string, string>>;
	/** The ones before it, which it contains. */
	readonly earlier: readonly number[];
}

const read = z.object({
	...{ id: z.optional(z.string()), changes: z.optional(z.record(z.string(), z.unknown())) },
	...{ session_id: z.optional(z.string()), member_id: z.optional(z.string()) },
	...{ plus: z.optional(z.string()), delta: z.optional(z.string()) }
});

/** Of all that was refused, the texts that met another version, each once. */
export function meetings(refused: readonly Refused[], view: View): Meeting[] {
	const found = new Map<string, Meeting>();
	for (const { kind, args, place, refusal } of refused) {
		const written = z.safeParse(read, args);
		if (refusal?.code !== 'CR010' || !written.success) continue;
		const there = held(kind, written.data, view);
		const { plus, delta, changes = { plus, delta } } = written.data;
		const texts = Object.entries(changes).filter(([, text]) => typeof text === 'string');
		if (there === null || texts.length !== 1) continue;
		const [field = '', mine] = texts[0] ?? [];
		const theirs: unknown = Reflect.get(there.row, field);
		if (typeof theirs !== 'string') continue;
		const key = `${there.row.id} ${kind} ${field}`;
		const before = found.get(key);
		found.set(key, {
			...{ kind: there.kind, mine: String(mine), theirs, place, base: { [field]: theirs } },
			earlier: before ? [...before.earlier, before.place] : []
		});
	}
	return [...found.values()];
}

function held(
	kind: string,
	{ id, session_id, member_id }: z.infer<typeof read>,
	view: View
): { kind: Meeting['kind']; row: { readonly id: string } } | null {
	const rows = { 'notes.write': view.challenge_notes, 'profile.write': view.profiles };
	if (kind === 'notes.write' || kind === 'profile.write') {
		const row = rows[kind].find((one) => one.id === id);
		return row ? { kind, row } : null;
	}
	if (kind !== 'feedback.write') return null;
	const row = view.feedbacks.find(
		(one) => one.sessionId === session_id && one.memberId === member_id
	);
	return row ? { kind, row } : null;
}
