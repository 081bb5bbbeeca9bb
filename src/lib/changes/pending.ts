import type { Operation } from '#lib/offline/outbox.ts';
import type { Change } from './change.ts';
import { isKind, kinds } from './kinds.ts';
import { columns, type Tables } from './tables.ts';

/**
 * The tables as they will be when the server has applied what is pending, so that the screen answers
 * at once. Mirrors `apply_ops`; refused operations change nothing. Tables no operation touches
 * are the same objects as before.
 */
export function applied(
	tables: Tables,
	operations: readonly (Change & Pick<Operation, 'refusal'>)[]
): Tables {
	return operations
		.filter((operation) => operation.refusal === null)
		.reduce((before, operation) => step(before, operation), tables);
}

/** A kind of a later version of the app is left to the server. */
function step(tables: Tables, { kind, args }: Change): Tables {
	if (!isKind(kind)) return tables;
	const { table, apply } = kinds[kind];
	return apply(tables, columns(args), table);
}
