import type { Millis } from '#lib/domain/time.ts';

/**
 * Time left as people read it, minutes and seconds: "31:42", and "+2:58" once it is negative. What
 * remains rounds up to the second, so a segment of 20 min starts at 20:00 and 0:00 without a sign
 * is exactly the end. Overtime rounds down: +2:58 says that 2 min 58 s are over in full, and the
 * plus is there from the first millisecond. Minutes are not folded into hours.
 */
export function digits(remaining: Millis): { sign: '' | '+'; text: string } {
	const over = remaining < 0;
	const seconds = over ? Math.floor(-remaining / 1000) : Math.ceil(remaining / 1000);
	const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
	return { sign: over ? '+' : '', text };
}
