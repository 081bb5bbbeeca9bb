import { characters, clean } from '#lib/domain/limits.ts';
import * as m from '#lib/paraglide/messages.js';

/** Why a text cannot be kept: it is `missing`, or longer than `most` characters. Undefined: it can. */
export function required(text: string, most: number, missing: () => string): string | undefined {
	const kept = clean(text).trim();
	if (kept === '') return missing();
	return characters(kept) > most ? m.errors_too_large() : undefined;
}
