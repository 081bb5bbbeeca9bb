import * as z from 'zod/mini';
import type { Change } from './change.ts';
import type { ActionEvent } from './meaning.ts';
import { meaningOf } from './meanings.ts';

const read = z.object({ changes: z.optional(z.record(z.string(), z.unknown())) });

/** What a change will be in the history of its action; null: nothing. */
export function eventOf({ kind, args }: Change): ActionEvent | null {
	const parsed = z.safeParse(read, args);
	return (parsed.success && meaningOf(kind)?.event?.(parsed.data.changes ?? {})) || null;
}
