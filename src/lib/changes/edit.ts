import { clean } from '#lib/domain/limits.ts';
import type { Intent } from './intent.ts';
import type { Kind } from './kinds.ts';

/** A change of some fields of a row. `seen`: what its writer saw; null: the latest word wins. */
export function edit(kind: Kind, id: string, changes: object, seen: object | null): Intent {
	const cleaned = Object.fromEntries(
		Object.entries(changes).map(([field, value]) => [
			field,
			typeof value === 'string' ? clean(value) : value
		])
	);
	const held: Record<string, unknown> | null = seen && { ...seen };
	const base =
		held && Object.fromEntries(Object.keys(changes).map((field) => [field, held[field] ?? null]));
	return { kind, args: { id, changes: cleaned }, base };
}
