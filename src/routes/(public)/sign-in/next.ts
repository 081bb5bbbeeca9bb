/**
 * Where a person goes once signed in: back to the invitation they came from, else to their day. The
 * invitation's token stays in the fragment, which no browser sends to a server; nothing else of the
 * address is followed, so a crafted link leads nowhere.
 */
export function next(hash: string): string {
	return /^#[\w-]{43}$/.test(hash) ? `/join${hash}` : '/today';
}
