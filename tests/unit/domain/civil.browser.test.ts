import fc from 'fast-check';
import { expect, test } from 'vitest';
import { civilDate } from '#lib/domain/civil.ts';
import { localDate } from '#lib/ui/civil.ts';

const moments = fc.integer({ min: 0, max: Date.UTC(2100) });
const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const device = new Intl.DateTimeFormat().resolvedOptions().timeZone;

test('a moment has the same date in a zone whichever calendar the platform offers', () => {
	const { Temporal: quick } = globalThis;
	expect(quick).toBeDefined();
	fc.assert(
		fc.property(moments, zones, (moment, zone) => {
			const said = civilDate(moment, zone);
			// As where there is none.
			Reflect.deleteProperty(globalThis, 'Temporal');
			try {
				expect(said).toBe(civilDate(moment, zone));
			} finally {
				Object.defineProperty(globalThis, 'Temporal', { configurable: true, value: quick });
			}
		}),
		{ numRuns: 200 }
	);
});

test('where the device is, a date needs no zone', () => {
	fc.assert(
		fc.property(moments, (moment) => {
			expect(localDate(moment)).toBe(civilDate(moment, device));
		})
	);
});
