import { characters, limits } from '#lib/domain/limits.ts';

/** Why a text cannot be a password, whatever is in it; null: it can. */
export function passwordFault(text: string): 'short' | 'long' | null {
	if (characters(text) < limits.password.least) return 'short';
	return new TextEncoder().encode(text).length > limits.password.mostBytes ? 'long' : null;
}
