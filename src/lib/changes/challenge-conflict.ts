import * as z from 'zod/mini';
import type { Row } from '#lib/data/rows.ts';
import type { Change, Refused } from './change.ts';
import { type ChallengeField, type Field, fields, fieldValue } from './challenge-fields.ts';
import { editsOf, readableIn, versionOf } from './merge.ts';

type Operation = Change & Pick<Refused, 'sequence'>;

/** A field that holds one thing here and another on the server. */
export type Conflict = {
	field: ChallengeField;
	mine: Field;
	theirs: Field;
	/** The sequence numbers of the refused operations that carry it. */
	operations: number[];
};

const text = z.exactOptional(z.string());
const shape = z.object({
	question: text,
	context: text,
	tried: text,
	options: text,
	wanted: text,
	unwanted: text,
	need: text,
	tags: z.exactOptional(z.array(z.string())),
	keep: text
} satisfies Record<ChallengeField, unknown>);

/** The sequence numbers of the refused writings of this challenge, in the order they were made. */
export function refusedOf(refused: readonly Operation[], challenge: string): number[] {
	return writings(refused, challenge).map(({ sequence }) => sequence);
}

/**
 * What was written here and refused, beside what is saved: the last writing of each field counts.
 * Fields that hold the same thing on both sides are no conflict.
 */
export function conflicts(refused: readonly Operation[], challenge: Row<'challenges'>): Conflict[] {
	const edits = editsOf(shape, writings(refused, challenge.id));
	return fields.flatMap((field): Conflict[] => {
		const version = versionOf(edits, field, fieldValue(challenge, field));
		if (version?.mine === undefined) return [];
		const { mine, sequences } = version;
		return [{ field, mine, theirs: fieldValue(challenge, field), operations: [...sequences] }];
	});
}

function writings(refused: readonly Operation[], challenge: string): Operation[] {
	return refused.filter((operation) => readableIn('challenges', shape, operation) === challenge);
}
