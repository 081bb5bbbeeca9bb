import * as z from 'zod/mini';
import { outcomes } from '#lib/domain/actions/action.ts';
import { characters, clean, limits } from '#lib/domain/limits.ts';
import { parseKept } from '#lib/offline/kept.ts';

const shape = z.object({ outcome: z.nullable(z.enum(outcomes)), line: z.string() });

/** A word on an action while it is written; null: not yet chosen. */
export type Told = z.infer<typeof shape>;

/** A draft as the device kept it; null when there is none that can be read. */
export function parseTold(text: string | null): Told | null {
	return parseKept(shape, text);
}

/** Whether the server would refuse a line for its length. */
export function isLong(line: string): boolean {
	return characters(clean(line).trim()) > limits.line;
}
