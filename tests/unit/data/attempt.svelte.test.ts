import { expect, test } from 'vitest';
import { Attempt } from '#lib/data/attempt.svelte.ts';
import { Failure } from '#lib/data/failure.ts';
import { StorageError } from '#lib/offline/storage-error.ts';

const refuse = (code: 'full' | 'blocked') => () => Promise.reject(new StorageError(code));

test('what the device could not do is said by its code, until it can', async () => {
	const attempt = new Attempt();
	expect(await attempt.try(refuse('full'))).toBe(false);
	expect(attempt.failed).toBe('full');
	expect(await attempt.try(() => Promise.resolve())).toBe(true);
	expect(attempt.failed).toBeNull();
});

test('what the server refused is said by its code; a fault of ours by none of theirs', async () => {
	const attempt = new Attempt();
	await attempt.try(() => Promise.reject(new Failure('CR003')));
	expect(attempt.failed).toBe('CR003');
	await attempt.try(() => Promise.reject(new TypeError('undefined is not a function')));
	expect(attempt.failed).toBe('unexpected');
	await attempt.try(() => Promise.reject(new DOMException('', 'QuotaExceededError')));
	expect(attempt.failed).toBe('full');
});

test('it is under way until the last of several tries has ended', async () => {
	const attempt = new Attempt();
	const [first, second] = [Promise.withResolvers(), Promise.withResolvers()];
	const tries = [attempt.try(() => first.promise), attempt.try(() => second.promise)];
	first.resolve(null);
	await tries[0];
	expect(attempt.busy).toBe(true);
	second.resolve(null);
	await tries[1];
	expect(attempt.busy).toBe(false);
});

test('refused again, it is told again: nothing is said while it is tried', async () => {
	const attempt = new Attempt();
	await attempt.try(refuse('full'));
	const { promise, reject } = Promise.withResolvers();
	const again = attempt.try(() => promise);
	expect(attempt.failed).toBeNull();
	reject(new StorageError('full'));
	await again;
	expect(attempt.failed).toBe('full');
});

test('a keystroke does not hide why the one before was not kept while nobody knows better', async () => {
	const attempt = new Attempt();
	await attempt.keep(refuse('full'));
	const { promise, resolve } = Promise.withResolvers();
	const again = attempt.keep(() => promise);
	expect(attempt.failed).toBe('full');
	resolve(null);
	await again;
	expect(attempt.failed).toBeNull();
});

test('who looks anew is told of no failure from before', async () => {
	const attempt = new Attempt();
	await attempt.try(refuse('blocked'));
	attempt.forget();
	expect(attempt.failed).toBeNull();
});
