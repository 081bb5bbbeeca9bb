import * as z from 'zod/mini';
import type { Row } from '#lib/data/rows.ts';
import { type ChallengeField, type Field, fields, fieldValue } from './challenge-fields.ts';

interface Operation {
	readonly place: number;
	readonly kind: string;
	readonly args: unknown;
}

/** A field that holds one thing here and another on the server. */
export type Conflict = {
	field: ChallengeField;
	mine: Field;
	theirs: Field;
	/** The places of the refused operations that carry it. */
	operations: number[];
};

const written = z.object({
	id: z.string(),
	changes: z.record(z.string(), z.union([z.string(), z.array(z.string())]))
});

/** The places of the refused writings of this challenge, in the order they were made. */
export function refusedOf(refused: readonly Operation[], challenge: string): number[] {
	return refused
		.filter(({ kind, args }) => kind === 'challenge.write' && read(args)?.id === challenge)
		.map(({ place }) => place);
}

/**
 * What was written here and refused, beside what is saved: the last writing of each field counts.
 * Fields that hold the same thing on both sides are no conflict.
 */
export function conflicts(refused: readonly Operation[], challenge: Row<'challenges'>): Conflict[] {
	const own = refused.filter(({ place }) => refusedOf(refused, challenge.id).includes(place));
	return fields.flatMap((field): Conflict[] => {
		const carriers = own.flatMap(({ place, args }) => {
			const mine = read(args)?.changes[field];
			return mine === undefined ? [] : [{ place, mine }];
		});
		const mine = carriers.at(-1)?.mine;
		const theirs = fieldValue(challenge, field);
		if (mine === undefined || JSON.stringify(mine) === JSON.stringify(theirs)) return [];
		return [{ field, mine, theirs, operations: carriers.map(({ place }) => place) }];
	});
}

function read(args: unknown) {
	const parsed = z.safeParse(written, args);
	return parsed.success ? parsed.data : null;
}
