import * as z from 'zod/mini';
import type { Goal } from '#lib/domain/goals/goal.ts';
import { type Changes, changes } from './goal-fields.ts';

interface Operation {
	readonly place: number;
	readonly kind: string;
	readonly args: unknown;
	readonly base: unknown;
	readonly refusal: { readonly code: string } | null;
}

const time = ['year', 'quarter', 'stage'];

/** Changed meanwhile by somebody else, or by another device of the same member. */
const CHANGED = 'CR010';

const written = z.object({ id: z.string(), changes });
const seen = z.nullable(z.record(z.string(), z.unknown()));

/** What was refused of one goal, beside what is saved. */
export type Dispute = {
	/** What was written here and is saved nowhere else: nobody else touched these fields. */
	safe: Changes;
	/** What was written here and holds something else on the server, changed there meanwhile. */
	mine: Changes;
	/** The places of the refused operations that carry them. */
	operations: number[];
};

/** The changes of this goal that the server holds against another version, in their order. */
export function refusedOf<O extends Operation>(refused: readonly O[], goal: string): O[] {
	return refused.filter(
		({ kind, args, refusal }) =>
			kind === 'goal.edit' && refusal?.code === CHANGED && read(args)?.id === goal
	);
}

/**
 * What was written here and refused: the last writing of each field counts. Fields that hold the same
 * on both sides are left out; those that only this device changed need no choice.
 */
export function dispute(refused: readonly Operation[], goal: Goal): Dispute {
	const own = refusedOf(refused, goal.id);
	const held = new Map<string, unknown>(Object.entries(goal));
	const before = new Map<string, unknown>();
	const last = new Map<string, unknown>();
	for (const { args, base } of own) {
		const first = z.safeParse(seen, base);
		for (const [field, value] of Object.entries(read(args)?.changes ?? {})) {
			last.set(field, value);
			const known = first.success && first.data !== null && field in first.data;
			if (known && !before.has(field)) before.set(field, first.data?.[field]);
		}
	}
	const differ = [...last].filter(([field, value]) => held.get(field) !== value);
	const disputed = new Set(
		differ.map(([field]) => field).filter((field) => before.get(field) !== held.get(field))
	);
	// Its time is one thing: a quarter without its stage would be refused.
	if (time.some((field) => disputed.has(field))) time.forEach((field) => disputed.add(field));
	const only = (chosen: (field: string) => boolean) =>
		z.parse(changes, Object.fromEntries(differ.filter(([field]) => chosen(field))));
	return {
		safe: only((field) => !disputed.has(field)),
		mine: only((field) => disputed.has(field)),
		operations: own.map(({ place }) => place)
	};
}

function read(args: unknown) {
	const parsed = z.safeParse(written, args);
	return parsed.success ? parsed.data : null;
}
