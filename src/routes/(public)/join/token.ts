/**
 * The invitation's token in an address: 32 random bytes in base64url, kept in the fragment, which no
 * browser sends to a server. Null when the link is incomplete.
 */
export function tokenIn(hash: string): string | null {
	return /^#([\w-]{43})$/.exec(hash)?.[1] ?? null;
}
