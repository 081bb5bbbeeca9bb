const FIRST = 1_000;
const LONGEST = 300_000;

/**
 * How long to wait after `failures` failures in a row (at least one), in ms: it doubles from one
 * second to five minutes. `dice` (0 to 1) takes off up to half, so that the phones of a group do
 * not come back in step after an outage.
 */
export function backoff(failures: number, dice: number): number {
	const full = Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 30));
	return full * (1 - dice / 2);
}
