import * as z from 'zod/mini';
import { outcomes } from '#lib/domain/actions/action.ts';
import { characters, clean, limits } from '#lib/domain/limits.ts';

/** What the device keeps of a word on an action while it is written. */
export const toldShape = z.object({ outcome: z.nullable(z.enum(outcomes)), line: z.string() });

/** A word on an action while it is written; null: not yet chosen. */
export type Told = z.infer<typeof toldShape>;

/** Whether the server would refuse a line for its length. */
export function isLong(line: string): boolean {
	return characters(clean(line).trim()) > limits.line;
}
