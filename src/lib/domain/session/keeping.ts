/**
 * What becomes of a challenge's trace after its session: for those present, its presenter, nobody.
 */
export const keeps = ['present', 'presenter', 'room'] as const;
export type Keep = (typeof keeps)[number];

/** What its presenter decided of a challenge. */
export interface Trace {
	readonly keep: Keep;
	/** After the session its presenter alone reads any of it. */
	readonly doubleConfidential: boolean;
	/** When it was taken back, every word of it; null: it was not. */
	readonly withdrawnAt: number | null;
}

/** Whether anything noted or given outlives the session. */
export function isKept({ keep, withdrawnAt }: Trace): boolean {
	return keep !== 'room' && withdrawnAt === null;
}

/** The readers of what was noted and given, once the session is over. `room`: it is erased. */
export function readersOf({ keep, doubleConfidential }: Trace): Keep {
	return keep === 'present' && doubleConfidential ? 'presenter' : keep;
}

/**
 * What its presenter may still choose. At the close the choice "in the room only" is settled: what
 * was erased does not come back, and what was kept is withdrawn instead.
 */
export function choicesOf({ keep, withdrawnAt }: Trace, isClosed: boolean): readonly Keep[] {
	if (withdrawnAt !== null) return [];
	if (!isClosed) return keeps;
	return keep === 'room' ? [] : ['present', 'presenter'];
}
