import * as codes from '#lib/domain/codes.ts';
import type { Operation } from '#lib/offline/outbox.ts';
import { fields } from './challenge-fields.ts';

/**
 * What this device still holds of challenges their presenters withdrew: the places of writings that
 * were refused for it, and the names of drafts. Words that were erased for everybody go here too.
 */
export function leftovers(
	challenges: readonly { id: string; withdrawnAt: number | null }[],
	refused: readonly Operation[],
	draft: (key: string) => string | null
): { places: number[]; drafts: string[] } {
	const places = refused
		.filter(({ refusal }) => refusal?.code === codes.WITHDRAWN)
		.map(({ place }) => place);
	const drafts = challenges
		.filter(({ withdrawnAt }) => withdrawnAt !== null)
		.flatMap(({ id }) => [
			...['notes', 'takeaways', 'contribution'].map((of) => `${of} ${id}`),
			...fields.map((field) => `challenge:${id}:${field}`)
		])
		.filter((key) => draft(key) !== null);
	return { places, drafts };
}
