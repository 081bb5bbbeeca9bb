const DAY = 86_400_000;

/** From this age on, in ms, work that was not sent is worth a word: Safari erases after seven days. */
const OLD = 5 * DAY;

/** An age beyond this one says that a clock was wrong, not that somebody waited. */
const ABSURD = 365 * DAY;

/** How firmly a browser holds what a site keeps in it. */
export interface Hold {
	/** Opened from the home screen or as an app of its own. */
	readonly installed: boolean;
	/** The browser's own promise not to erase; null while it has not answered. */
	readonly persisted: boolean | null;
	/** It erases what a site in a tab kept after a week without a visit, whatever it promised. */
	readonly weekly: boolean;
}

/** Whether the browser may erase by itself what is kept here. Not said before it has answered. */
export function mayBeErased({ installed, persisted, weekly }: Hold): boolean {
	return !installed && (weekly || persisted === false);
}

/**
 * The time by which to judge ages, in ms since 1970: the earlier of the wall clock and the clock that
 * started with the page. A wall clock that jumped ahead under the page ages nothing; a phone that
 * slept is judged at the next start.
 */
export function cautiousNow(wall: number, started: number, elapsed: number): number {
	return Math.min(wall, started + elapsed);
}

/**
 * How many of these operations have waited for more than five days at `now`. One from the future, or
 * from more than a year ago, was made by a wrong clock and says nothing.
 */
export function overdue(waiting: readonly { readonly madeAt: number }[], now: number): number {
	const ages = waiting.map(({ madeAt }) => now - madeAt);
	return ages.filter((age) => age > OLD && age < ABSURD).length;
}
