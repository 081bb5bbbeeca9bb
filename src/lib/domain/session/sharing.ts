/** An answer to sharing a closed session with a later joiner. */
export interface Consent {
	readonly readerId: string;
	readonly memberId: string;
	readonly givenAt: number;
	/** Since when it is no; null: it is yes. */
	readonly withdrawnAt: number | null;
}

/** A current membership of the group. */
export interface Membership {
	readonly memberId: string;
	readonly joinedAt: number;
}

/**
 * Where sharing a session with one later joiner stands. `none`: nobody proposed it. `asked`: some
 * agree, and opened their own words. `shared`: all do, and opened the notes too.
 */
export interface Sharing {
	readonly readerId: string;
	readonly state: 'none' | 'asked' | 'shared';
	/** Those asked who agree, and those who have not. */
	readonly agreed: readonly string[];
	readonly missing: readonly string[];
	/** What this member answered; null: nothing yet. */
	readonly mine: boolean | null;
}

/**
 * Sharing of a closed session with each member who joined after it, for a member who is asked:
 * those `concerned`, who were present or whose words are in it, as far as they are still members.
 */
export function sharings(
	session: { readonly end: number; readonly concerned: readonly string[] },
	memberships: readonly Membership[],
	consents: readonly Consent[],
	me: string
): Sharing[] {
	const since = new Map(memberships.map(({ memberId, joinedAt }) => [memberId, joinedAt]));
	const asked = session.concerned.filter((id) => (since.get(id) ?? Infinity) <= session.end);
	if (!asked.includes(me)) return [];
	return memberships
		.filter(({ joinedAt }) => joinedAt > session.end)
		.map(({ memberId: readerId, joinedAt }) => {
			const own = consents.filter((c) => c.readerId === readerId && c.givenAt >= joinedAt);
			const agrees = (id: string) =>
				own.some(({ memberId, withdrawnAt }) => memberId === id && withdrawnAt === null);
			const agreed = asked.filter(agrees);
			const missing = asked.filter((id) => !agrees(id));
			const answer = own.find(({ memberId }) => memberId === me);
			const mine = answer ? answer.withdrawnAt === null : null;
			const state = agreed.length === 0 ? 'none' : missing.length > 0 ? 'asked' : 'shared';
			return { readerId, state, agreed, missing, mine };
		});
}
