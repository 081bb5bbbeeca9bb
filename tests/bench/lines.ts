import { type DelayProxy, type Delays, openDelayProxy } from '../support/delay-proxy.ts';

/**
 * One-way delays of the seven lines, in ms. No clock can be set over a line better than to half the
 * difference of its two ways: nothing that passes over it tells them apart.
 */
export const LINES = {
	none: Array.from({ length: 7 }, () => ({ up: 0, down: 0 })),
	/** Up to 40 ms from one way to the other. */
	moderate: [
		[20, 40],
		[60, 35],
		[90, 60],
		[45, 85],
		[150, 120],
		[70, 110],
		[130, 150]
	].map(([up = 0, down = 0]) => ({ up, down })),
	/** As far apart as 20 to 150 ms allow, both ways round. */
	extreme: [
		[20, 150],
		[150, 20],
		[35, 120],
		[120, 60],
		[20, 20],
		[150, 150],
		[80, 140]
	].map(([up = 0, down = 0]) => ({ up, down }))
} satisfies Record<string, Delays[]>;

/** The spread that exact clocks behind these lines cannot avoid, in ms. */
export function bound(lines: readonly Delays[]): number {
	const errors = lines.map(({ up, down }) => (down - up) / 2);
	return Math.max(...errors) - Math.min(...errors);
}

/** Seven lines to one server, without delay at first. */
export async function openLines(url: string): Promise<DelayProxy[]> {
	return Promise.all(LINES.none.map((delays) => openDelayProxy(url, delays)));
}
