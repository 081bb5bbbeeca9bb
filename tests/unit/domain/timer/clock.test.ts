import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, millis } from '#lib/domain/time.ts';
import { estimate, serverTime, slew, STEP } from '#lib/domain/timer/clock.ts';

const sample = (sent: number, received: number, server: number) => ({
	sent,
	received,
	server: instant(server)
});

describe('estimating the server’s clock', () => {
	test('no round trip, no estimate', () => {
		expect(estimate([])).toBeNull();
	});

	test('the quickest round trip wins', () => {
		const slow = sample(0, 900, 1_000_850);
		const quick = sample(1000, 1020, 1_001_010);
		expect(estimate([slow, quick, slow])).toEqual({ offset: 1_000_000, error: 10 });
	});

	test('a round trip that ends before it began is ignored', () => {
		const back = sample(1000, 990, 1_002_000);
		const broken = { ...sample(0, 0, 0), received: NaN };
		expect(estimate([back, broken])).toBeNull();
		expect(estimate([back, sample(0, 40, 1_000_020)])?.offset).toBe(1_000_000);
	});

	test('however skewed the phone and lopsided the network, the truth is within the error', () => {
		const leg = fc.record({ go: fc.nat(2000), back: fc.nat(2000) });
		fc.assert(
			fc.property(
				fc.array(leg, { minLength: 1, maxLength: 8 }),
				fc.integer({ min: -600_000, max: 600_000 }),
				(legs, skew) => {
					const truth = 1_790_000_000_000 + skew;
					const samples = legs.map(({ go, back }, index) =>
						sample(index * 5000, index * 5000 + go + back, truth + index * 5000 + go)
					);
					const { offset, error } = estimate(samples)!;
					expect(Math.abs(offset - truth)).toBeLessThanOrEqual(error + 0.001);
					expect(serverTime(offset, 0)).toBe(offset);
				}
			)
		);
	});
});

describe('following the estimate', () => {
	test('more than half a second away the clock steps at once', () => {
		expect(slew(millis(0), millis(501), millis(0))).toBe(501);
		expect(slew(millis(0), millis(-501), millis(16))).toBe(-501);
	});

	test('within half a second it approaches by a tenth of the time elapsed', () => {
		expect(slew(millis(0), STEP, millis(1000))).toBe(100);
		expect(slew(millis(0), millis(-500), millis(1000))).toBe(-100);
	});

	test('it reaches the target and never passes it', () => {
		expect(slew(millis(0), millis(50), millis(1000))).toBe(50);
		expect(slew(millis(50), millis(50), millis(1000))).toBe(50);
	});

	test('time that runs backwards moves nothing', () => {
		expect(slew(millis(0), millis(50), millis(-1000))).toBe(0);
	});

	test('a clock that is caught up slowly never shows an earlier moment than before', () => {
		const gap = fc.integer({ min: -500, max: 500 });
		fc.assert(
			fc.property(gap, fc.nat(10_000), (target, passed) => {
				const offset = slew(millis(0), millis(target), millis(passed));
				expect(serverTime(offset, 1e12 + passed)).toBeGreaterThanOrEqual(1e12);
				expect(Math.abs(target - offset)).toBeLessThanOrEqual(Math.abs(target));
			})
		);
	});
});
