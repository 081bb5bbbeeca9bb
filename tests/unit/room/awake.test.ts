import { afterEach, expect, test, vi } from 'vitest';
import { keepAwake } from '#lib/room/awake.ts';

/** A browser that answers each request for the screen as the test says. */
function browser(answers: readonly ('held' | 'refused')[]) {
	const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
	const locks: (EventTarget & { release(): Promise<void> })[] = [];
	let asked = 0;
	const request = () => {
		if (answers[asked++] !== 'held') return Promise.reject(new Error('low battery'));
		const release = async () => void lock.dispatchEvent(new Event('release'));
		const lock = Object.assign(new EventTarget(), { release });
		locks.push(lock);
		return Promise.resolve(lock);
	};
	vi.stubGlobal('document', page);
	vi.stubGlobal('navigator', { wakeLock: { request } });
	const comeBack = () => page.dispatchEvent(new Event('visibilitychange'));
	return { page, locks, comeBack, asked: () => asked };
}

const settled = () => new Promise((turn) => setImmediate(turn));

afterEach(() => vi.unstubAllGlobals());

test('a browser that cannot keep the screen on is told of', () => {
	vi.stubGlobal('navigator', {});
	const tell = vi.fn();
	keepAwake(tell)();
	expect(tell.mock.calls).toEqual([[false]]);
});

test('a refusal is told of, and a return asks again', async () => {
	const { comeBack } = browser(['refused', 'held']);
	const tell = vi.fn();
	keepAwake(tell);
	await settled();
	comeBack();
	await settled();
	expect(tell.mock.calls).toEqual([[false], [true]]);
});

test('a lock that the system takes back in view is told of; out of sight it is no matter', async () => {
	const { page, locks, comeBack } = browser(['held', 'held']);
	const tell = vi.fn();
	keepAwake(tell);
	await settled();
	page.visibilityState = 'hidden';
	await locks[0]?.release();
	expect(tell.mock.calls).toEqual([[true]]);
	page.visibilityState = 'visible';
	comeBack();
	await settled();
	await locks[1]?.release();
	expect(tell.mock.calls).toEqual([[true], [true], [false]]);
});

test('whoever leaves lets the screen sleep, also while the request is under way', async () => {
	const { locks, comeBack, asked } = browser(['held', 'held']);
	const released = vi.fn();
	const leave = keepAwake();
	leave();
	await Promise.resolve();
	locks[0]?.addEventListener('release', released);
	await settled();
	comeBack();
	await settled();
	expect(released).toHaveBeenCalledOnce();
	expect(asked()).toBe(1);
});
