import type { Place } from './place.ts';
import type { Change } from './sealed-store.ts';
import * as z from './shape.ts';

/**
 * How often the sign-in is renewed after the code has changed. Auth takes the token before the
 * current one at any time: renewed twice, neither of the two ever lay where the code did not seal it.
 */
const TIMES = 2;

const shape = z.object({ left: z.number(), until: z.nullable(z.number()) });

/** What is still to be renewed since the code changed. */
export interface Renewals {
	/** None: the tokens of before are worth nothing any more. */
	readonly left: number;
	/**
	 * When the access of before ends by itself, in ms since 1970 by this phone's clock; null: unknown.
	 */
	readonly until: number | null;
}

/** The change that asks for them. */
export function renewing(until: number | null): Change {
	return noting({ left: TIMES, until });
}

/** Null: the code never changed. @throws StorageError. */
export async function renewals({ facts }: Place): Promise<Renewals | null> {
	const [entries = []] = await facts.read(['device']);
	const kept = z.safeParse(shape, entries.find(({ key }) => key === 'renewals')?.value);
	return kept.success ? kept.data : null;
}

/** Notes that one more is done. */
export async function renewed({ facts }: Place, { left, until }: Renewals): Promise<void> {
	await facts.write([noting({ left: left - 1, until })], { durability: 'strict' });
}

function noting(put: Renewals): Change {
	return { store: 'device', key: 'renewals', put };
}
