import { codeOf, type Log } from '#lib/server/log.ts';
import { openRecurring } from '#lib/server/recurring.ts';
import { findGaps, Gaps } from './walls.ts';

const DAY = 24 * 3_600_000;
/** How many differences the log names. */
const NAMED = 20;

export interface WatchOptions {
	/** Address of the database for its owner. */
	ownerUrl: string;
	/** Where the walls of this version stand. */
	file: string;
	log: Log;
	/** Milliseconds between two looks; a day unless a test says otherwise. */
	every?: number;
}

export interface Watch {
	/** Whether the walls stood when they were last looked at. */
	readonly holds: boolean;
	close(): Promise<void>;
}

/**
 * Looks once a day whether the database still protects what is in it: a person with the owner's rights
 * may have changed it since the start, which looked itself. What does not hold is named in the log, and
 * looked at again every minute.
 */
export function openWatch({ ownerUrl, file, log, every = DAY }: WatchOptions): Watch {
	let told = '';
	let isStart = true;
	const recurring = openRecurring(
		async () => {
			if (isStart) return void (isStart = false);
			const gaps = await findGaps(ownerUrl, file);
			const names = gaps.slice(0, NAMED).map(nameOf);
			if (names.join() !== told) {
				for (const name of names) log('walls_differ', { name, count: gaps.length });
				if (gaps.length === 0) log('walls_hold');
			}
			told = names.join();
			if (gaps.length > 0) throw new Gaps(gaps);
		},
		every,
		(error) => {
			if (!(error instanceof Gaps)) log('walls_unknown', { code: codeOf(error) });
		}
	);
	return {
		get holds() {
			return told === '';
		},
		close: () => recurring.close()
	};
}

/** In the characters of a log: `policy cercle.actions select_member is missing` with points between. */
const nameOf = (gap: string) => gap.replace(/[^\w.:]+/g, '.').slice(0, 120);
