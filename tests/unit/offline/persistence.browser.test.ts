import { Persistence } from '#lib/offline/persistence.svelte.ts';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => localStorage.clear());

function storage(answer: boolean, before = false) {
	return {
		persist: vi.fn(async () => answer),
		persisted: vi.fn(async () => before)
	};
}

test('opening the app asks nothing; the first save asks, the next ones do not', async () => {
	const browser = storage(true);
	const persistence = new Persistence(browser);
	await persistence.look();
	expect(persistence.kept).toBe(false);
	expect(persistence.used).toBe(false);
	expect(browser.persist).not.toHaveBeenCalled();
	await Promise.all([persistence.saved(false), persistence.saved(false)]);
	await persistence.saved(false);
	expect(browser.persist).toHaveBeenCalledTimes(1);
	expect(persistence.kept).toBe(true);
	expect(persistence.used).toBe(true);
});

test('after a reload the answer is read again and the question is not put again', async () => {
	await new Persistence(storage(false)).saved(false);
	const later = storage(true, true);
	const persistence = new Persistence(later);
	expect(persistence.used).toBe(true);
	await persistence.look();
	await persistence.saved(false);
	expect(persistence.kept).toBe(true);
	expect(later.persist).not.toHaveBeenCalled();
});

test('an installed app asks once more: the tab before it was refused', async () => {
	await new Persistence(storage(false)).saved(false);
	const browser = storage(true);
	const persistence = new Persistence(browser);
	await persistence.saved(true);
	await persistence.saved(true);
	await persistence.saved(false);
	expect(browser.persist).toHaveBeenCalledTimes(1);
	expect(persistence.kept).toBe(true);
});

test('an answer that comes after the promise does not take it back', async () => {
	const slow = Promise.withResolvers<boolean>();
	const persistence = new Persistence({ persist: async () => true, persisted: () => slow.promise });
	const looking = persistence.look();
	await persistence.saved(false);
	slow.resolve(false);
	await looking;
	expect(persistence.kept).toBe(true);
});

test('a browser without storage, or whose storage fails, promises nothing and breaks nothing', async () => {
	const none = new Persistence(null);
	await none.look();
	await none.saved(false);
	expect(none.kept).toBe(false);
	localStorage.clear();
	const failing = async () => Promise.reject(new TypeError('no'));
	const broken = new Persistence({ persist: failing, persisted: failing });
	await broken.look();
	await broken.saved(false);
	expect(broken.kept).toBe(false);
});
