import { disputed } from '#routes/(app)/actions/conflict.ts';
import { touched } from '#routes/(app)/actions/due.ts';

interface Refused {
	readonly kind: string;
	readonly args: unknown;
	readonly base: unknown;
	readonly refusal: { readonly code: string } | null;
}

/** The page that shows both versions of what a refused change wrote; null: there is nothing to compare. */
export function comparedAt(operation: Refused): string | null {
	const [id] = touched([operation]);
	if (id === undefined) return null;
	if (operation.kind === 'challenge.write') return `/challenge/${id}`;
	const met = operation.refusal?.code === 'CR010';
	return operation.kind === 'goal.edit' && met ? `/goals/${id}` : null;
}

/** Refused changes without those that are compared in the same place as one before them. */
export function oncePerPlace<R extends Refused>(refused: readonly R[]): R[] {
	const places = refused.map((operation) => disputed(operation) ?? comparedAt(operation));
	return refused.filter((_, at) => {
		const place = places[at];
		return place === null || place === undefined || places.indexOf(place) === at;
	});
}
