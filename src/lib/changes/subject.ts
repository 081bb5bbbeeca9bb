import * as z from 'zod/mini';
import type { View } from '#lib/data/view.ts';
import type { Change } from './change.ts';
import type { Subject } from './meaning.ts';
import { meaningOf } from './meanings.ts';

export interface Description {
	subject: Subject;
	/** The member's own words in it, line by line; empty when it holds none. */
	words: string[];
}

const read = z.looseObject({
	id: z.optional(z.string()),
	action_id: z.optional(z.string()),
	changes: z.optional(z.record(z.string(), z.unknown()))
});

/** Says what an operation of this device would change, from its content and what is shown. */
export function describe({ kind, args }: Change, view: View): Description {
	const parsed = z.safeParse(read, args);
	const meaning = meaningOf(kind);
	if (!parsed.success || !meaning) return { subject: 'unreadable', words: [] };
	const { id, action_id, changes = {}, ...own } = parsed.data;
	const { subject, words } = meaning;
	const shown = { title: titleOf(view, action_id ?? id) };
	const found = words.map((field) =>
		[changes, own, shown].map((from) => Reflect.get(from, field)).find(isText)
	);
	return {
		subject: typeof subject === 'function' ? subject(changes) : subject,
		words: found.filter(isText)
	};
}

/** One taken back is not shown any more: its history still knows its words until that is sent. */
function titleOf(view: View, id: string | undefined): string | undefined {
	const held = [...view.actions, ...view.goals].find((row) => row.id === id);
	return (held ?? view.action_events.findLast(({ actionId }) => actionId === id))?.title;
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}
