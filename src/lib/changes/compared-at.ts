import type { Table } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import type { Change, Refused } from './change.ts';
import { editedIn, metAnother } from './merge.ts';

type Operation = Change & Pick<Refused, 'refusal'>;

/** The tables of whose rows a page shows two versions. */
const pages = ['challenges', 'goals', 'actions'] as const satisfies Table[];
const paths = { challenges: '/challenge', goals: '/goals', actions: '/actions' };

/**
 * The page that shows both versions of what a refused change wrote; null: there is nothing to compare,
 * or it is gone.
 */
export function comparedAt(operation: Operation, view: View): string | null {
	for (const table of pages) {
		const id = editedIn(table, operation);
		if (id === null || !view[table].some((row) => row.id === id)) continue;
		// The page of a challenge shows what was refused whatever the reason.
		return metAnother(operation) || table === 'challenges' ? `${paths[table]}/${id}` : null;
	}
	return null;
}

/** Refused changes without those that are compared in the same place as one before them. */
export function oncePerPlace<R extends Operation>(refused: readonly R[], view: View): R[] {
	const places = refused.map((operation) => comparedAt(operation, view));
	return refused.filter((_, at) => {
		const place = places[at];
		return place === null || place === undefined || places.indexOf(place) === at;
	});
}
