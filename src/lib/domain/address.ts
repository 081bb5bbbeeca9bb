import { characters, limits } from './limits.ts';

/** Whether a text can be a mail address; only a mail that arrives proves that it is one. */
export function isAddress(text: string): boolean {
	return characters(text) <= limits.email && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text);
}
