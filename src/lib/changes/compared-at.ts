import type { View } from '#lib/data/view.ts';
import { touched } from './touched.ts';

interface Refused {
	readonly kind: string;
	readonly args: unknown;
	readonly base: unknown;
	readonly refusal: { readonly code: string } | null;
}

/**
 * The page that shows both versions of what a refused change wrote; null: there is nothing to compare,
 * or it is gone.
 */
export function comparedAt(operation: Refused, view: View): string | null {
	const [id] = touched([operation]);
	const there = (rows: readonly { id: string }[]) => rows.some((row) => row.id === id);
	const met = operation.refusal?.code === 'CR010';
	switch (operation.kind) {
		case 'challenge.write':
			return there(view.challenges) ? `/challenge/${id}` : null;
		case 'goal.edit':
			return met && there(view.goals) ? `/goals/${id}` : null;
		case 'action.edit':
			return met && there(view.actions) ? `/actions/${id}` : null;
		default:
			return null;
	}
}

/** Refused changes without those that are compared in the same place as one before them. */
export function oncePerPlace<R extends Refused>(refused: readonly R[], view: View): R[] {
	const places = refused.map((operation) => comparedAt(operation, view));
	return refused.filter((_, at) => {
		const place = places[at];
		return place === null || place === undefined || places.indexOf(place) === at;
	});
}
