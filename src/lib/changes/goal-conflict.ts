import * as z from 'zod/mini';
import type { Goal } from '#lib/domain/goals/goal.ts';
import type { Refused } from './change.ts';
import { type GoalChanges, goalFields } from './goal-fields.ts';
import { editsOf, metAnother, readableIn, versionOf } from './merge.ts';

const fields = z.keyof(goalFields).options;
const time: readonly string[] = ['year', 'quarter', 'stage'];

/** What was refused of one goal, beside what is saved. */
export type Dispute = {
	/** What was written here and is saved nowhere else: nobody else touched these fields. */
	safe: GoalChanges;
	/** What was written here and holds something else on the server, changed there since. */
	mine: GoalChanges;
	/** The sequence numbers of the refused operations that carry them. */
	operations: number[];
};

/** The changes of this goal that the server holds against another version, in their order. */
export function refusedOf<R extends Refused>(refused: readonly R[], goal: string): R[] {
	return refused.filter(
		(operation) => metAnother(operation) && readableIn('goals', goalFields, operation) === goal
	);
}

/**
 * What was written here and refused: the last writing of each field counts. Fields that hold the
 * same on both sides are left out; those that only this device changed need no choice.
 */
export function dispute(refused: readonly Refused[], goal: Goal): Dispute {
	const own = refusedOf(refused, goal.id);
	const edits = editsOf(goalFields, own);
	const versions = fields.flatMap((field) => {
		const version = versionOf(edits, field, goal[field]);
		return version ? [{ field, ...version }] : [];
	});
	// Its time is one thing: a quarter without its stage would be refused.
	const timed = versions.some(({ field, untouched }) => time.includes(field) && !untouched);
	const only = (safe: boolean) =>
		goalFields.parse(
			Object.fromEntries(
				versions
					.filter(
						({ field, untouched }) => (untouched && !(timed && time.includes(field))) === safe
					)
					.map(({ field, mine }) => [field, mine])
			)
		);
	return { safe: only(true), mine: only(false), operations: own.map(({ sequence }) => sequence) };
}
