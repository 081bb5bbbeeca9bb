import { isAddress } from '#lib/domain/address.ts';

export interface Address {
	email: string;
	/** Why it will not be invited: it is no address, or an invitation is on its way already. */
	problem: 'malformed' | 'invited' | null;
}

/**
 * The addresses in a text as people paste them: separated by commas, semicolons, spaces or lines,
 * with or without names ("Ana Lopes <ana@example.org>"). Each once, in lower case, in order.
 * `invited` are those who have a pending invitation.
 */
export function addresses(text: string, invited: readonly string[]): Address[] {
	const bracketed = text.replace(/[^,;\n]*<([^<>\n]*)>/g, ' $1 ');
	const words = bracketed
		.split(/[\s,;]+/u)
		.map((word) => word.replace(/^mailto:/i, '').toLowerCase())
		.filter((word) => word !== '');
	return [...new Set(words)].map((email) => ({
		email,
		problem: !isAddress(email) ? 'malformed' : invited.includes(email) ? 'invited' : null
	}));
}
