import * as z from 'zod/mini';
import type { Row } from '#lib/data/rows.ts';

/** A change the server refused, as the outbox keeps it. */
interface Refused {
	readonly kind: string;
	readonly args: unknown;
	readonly base: unknown;
	readonly refusal: { readonly code: string } | null;
}

/** Changed meanwhile by another device. */
const CHANGED = 'CR010';

const nullable = z.exactOptional(z.nullable(z.string()));
const shape = z.object({
	title: z.exactOptional(z.string()),
	due_on: z.exactOptional(z.string()),
	goal_id: nullable,
	partner_id: nullable
});
export type Changes = z.infer<typeof shape>;
export const fields = ['title', 'due_on', 'goal_id', 'partner_id'] as const;
export type Field = (typeof fields)[number];

const written = z.object({ id: z.string(), changes: shape });

/** A field that holds one thing here and another on the server, changed there meanwhile. */
export type Conflict = { field: Field; mine: string | null; theirs: string | null };

/** What was refused of one action, beside what is there now. */
export type Dispute = {
	conflicts: Conflict[];
	/** What was written here and is nowhere else: nobody else touched these fields. */
	safe: Changes;
};

/** The refused edits of an action that met another's, in the order they were made. */
export function refusedOf<R extends Refused>(refused: readonly R[], action: string): R[] {
	return refused.filter((operation) => disputed(operation) === action);
}

/** The action whose words a refused edit met another's on; null: it was refused for another reason. */
export function disputed({ kind, args, refusal }: Refused): string | null {
	return kind === 'action.edit' && refusal?.code === CHANGED ? (read(args)?.id ?? null) : null;
}

/**
 * What was written here and refused: the last writing of each field counts, beside what its writer
 * saw before the first. Fields that hold the same on both sides are left out.
 */
export function dispute(refused: readonly Refused[], action: Row<'actions'>): Dispute {
	const held = columns(action);
	const last: Changes = Object.assign({}, ...refused.map(({ args }) => read(args)?.changes));
	const first: Changes = Object.assign({}, ...refused.map(({ base }) => seen(base)).toReversed());
	const differ = fields.filter((field) => field in last && last[field] !== held[field]);
	const untouched = (field: Field) => field in first && first[field] === held[field];
	return {
		conflicts: differ
			.filter((field) => !untouched(field))
			.map((field) => ({ field, mine: last[field] ?? null, theirs: held[field] })),
		safe: shape.parse(
			Object.fromEntries(differ.filter(untouched).map((field) => [field, last[field]]))
		)
	};
}

/** The change that writes mine again, on top of what is there now. */
export function rewritten({ field, mine }: Conflict): Changes {
	return shape.parse({ [field]: mine });
}

function columns({ title, dueOn, goalId, partnerId }: Row<'actions'>) {
	return { title, due_on: dueOn, goal_id: goalId, partner_id: partnerId };
}

function read(args: unknown) {
	const parsed = z.safeParse(written, args);
	return parsed.success ? parsed.data : null;
}

function seen(base: unknown): Changes {
	const parsed = z.safeParse(shape, base);
	return parsed.success ? parsed.data : {};
}
