import { byRank } from '#lib/domain/actions/action.ts';
import type { Action } from '#lib/domain/actions/action.ts';

/** Actions in an order of ids; those it does not name follow in the order they stand in. */
export function inOrder<A extends Action>(actions: readonly A[], ids: readonly string[]): A[] {
	const place = new Map(ids.map((id, at) => [id, at]));
	return byRank(actions).toSorted(
		(a, b) => (place.get(a.id) ?? ids.length) - (place.get(b.id) ?? ids.length)
	);
}

/** The ids with one of them moved a place up (-1) or down (1) within its own part. */
export function moved(part: readonly string[], id: string, by: -1 | 1): string[] {
	const at = part.indexOf(id);
	const other = part[at + by];
	if (at < 0 || other === undefined) return [...part];
	return part.map((one, here) => (here === at ? other : here === at + by ? id : one));
}
