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
 * Where sharing a session with one later joiner stands. `impossible`: somebody who was present has
 * left, so not all can agree. `none`: nobody proposed it. `asked`: some agree. `shared`: all do.
 */
export interface Sharing {
	readonly readerId: string;
	readonly state: 'impossible' | 'none' | 'asked' | 'shared';
	/** Those present who agree, and those who have not. */
	readonly agreed: readonly string[];
	readonly missing: readonly string[];
	/** What this member answered; null: nothing yet, or they were not there. */
	readonly mine: boolean | null;
}

/** Sharing of a closed session with each member who joined after it. */
export function sharings(
	session: { readonly closedAt: number | null; readonly present: readonly string[] },
	memberships: readonly Membership[],
	consents: readonly Consent[],
	me: string
): Sharing[] {
	const { closedAt, present } = session;
	if (closedAt === null || !present.includes(me)) return [];
	const since = new Map(memberships.map(({ memberId, joinedAt }) => [memberId, joinedAt]));
	const isPossible = present.every((id) => (since.get(id) ?? Infinity) <= closedAt);
	return memberships
		.filter(({ joinedAt }) => joinedAt > closedAt)
		.map(({ memberId: readerId, joinedAt }) => {
			const own = consents.filter((c) => c.readerId === readerId && c.givenAt >= joinedAt);
			const agrees = (id: string) =>
				own.some(({ memberId, withdrawnAt }) => memberId === id && withdrawnAt === null);
			const agreed = present.filter(agrees);
			const missing = present.filter((id) => !agrees(id));
			const answer = own.find(({ memberId }) => memberId === me);
			const mine = answer ? answer.withdrawnAt === null : null;
			const asked = agreed.length > 0 ? ('asked' as const) : ('none' as const);
			const state = !isPossible ? ('impossible' as const) : missing.length > 0 ? asked : 'shared';
			return { readerId, state, agreed, missing, mine };
		});
}
