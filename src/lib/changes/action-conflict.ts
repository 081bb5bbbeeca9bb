import * as z from 'zod/mini';
import type { Row } from '#lib/data/rows.ts';
import { type ActionField, actionFields } from './action-fields.ts';
import type { Change, Refused } from './change.ts';
import { editsOf, metAnother, readableIn, versionOf } from './merge.ts';

const nullable = z.exactOptional(z.nullable(z.string()));
const shape = z.object({
	title: z.exactOptional(z.string()),
	due_on: z.exactOptional(z.string()),
	goal_id: nullable,
	partner_id: nullable
} satisfies Record<ActionField, unknown>);
export type Changes = z.infer<typeof shape>;

/** A field that holds one thing here and another on the server, changed there since it was seen. */
export type Conflict = { field: ActionField; mine: string | null; theirs: string | null };

/** What was refused of one action, beside what is there now. */
export type Dispute = {
	conflicts: Conflict[];
	/** What was written here and is nowhere else: nobody else touched these fields. */
	safe: Changes;
};

/** The refused edits of an action that met another's, in the order they were made. */
export function refusedOf<R extends Change & Pick<Refused, 'refusal'>>(
	refused: readonly R[],
	action: string
): R[] {
	return refused.filter((operation) => disputed(operation) === action);
}

/** The action whose words a refused edit met another's on; null: it was refused for another reason. */
export function disputed(operation: Change & Pick<Refused, 'refusal'>): string | null {
	return metAnother(operation) ? readableIn('actions', shape, operation) : null;
}

/**
 * What was written here and refused: the last writing of each field counts, beside what its writer
 * saw before the first. Fields that hold the same on both sides are left out.
 */
export function dispute(refused: readonly Refused[], action: Row<'actions'>): Dispute {
	const held = columns(action);
	const edits = editsOf(shape, refused);
	const versions = actionFields.flatMap((field) => {
		const version = versionOf(edits, field, held[field]);
		return version ? [{ ...version, field, mine: version.mine ?? null }] : [];
	});
	return {
		conflicts: versions
			.filter(({ untouched }) => !untouched)
			.map(({ field, mine }) => ({ field, mine, theirs: held[field] })),
		safe: shape.parse(
			Object.fromEntries(
				versions.filter(({ untouched }) => untouched).map(({ field, mine }) => [field, mine])
			)
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
