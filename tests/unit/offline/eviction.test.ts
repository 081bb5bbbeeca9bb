import { expect, test } from 'vitest';
import { cautiousNow, mayBeErased, overdue } from '#lib/offline/eviction.ts';

const DAY = 86_400_000;
const now = Date.UTC(2026, 10, 20);
const made = (...days: number[]) => days.map((age) => ({ madeAt: now - age * DAY }));

test('a tab without the browser’s promise may be erased; with it, or installed, it may not', () => {
	const tab = { installed: false, persisted: false, weekly: false };
	expect(mayBeErased(tab)).toBe(true);
	expect(mayBeErased({ ...tab, persisted: true })).toBe(false);
	expect(mayBeErased({ ...tab, installed: true })).toBe(false);
});

test('before the browser has answered nobody is alarmed', () => {
	expect(mayBeErased({ installed: false, persisted: null, weekly: false })).toBe(false);
});

test('Safari in a tab erases after a week whatever it promised, installed it does not', () => {
	const safari = { installed: false, persisted: true, weekly: true };
	expect(mayBeErased(safari)).toBe(true);
	expect(mayBeErased({ ...safari, persisted: null })).toBe(true);
	expect(mayBeErased({ ...safari, installed: true })).toBe(false);
});

test('work counts from the sixth day on', () => {
	expect(overdue(made(0, 1, 5), now)).toBe(0);
	expect(overdue(made(0, 5.01, 6, 300), now)).toBe(3);
});

test('clock jump: work from the future or from another age says nothing', () => {
	expect(overdue(made(-0.1, -400), now)).toBe(0);
	expect(overdue([{ madeAt: 0 }], now)).toBe(0);
});

test('clock jump: a wall clock set ahead under an open page makes nothing old', () => {
	const started = now - 1_000;
	const ahead = cautiousNow(now + 30 * DAY, started, 1_000);
	expect(overdue(made(0, 1), ahead)).toBe(0);
	expect(overdue(made(6), ahead)).toBe(1);
});

test('clock jump: a wall clock set back is believed, for it makes everything younger', () => {
	expect(cautiousNow(now - DAY, now, 1_000)).toBe(now - DAY);
});
