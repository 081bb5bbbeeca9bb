import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { openQuiet } from '#lib/server/embedded/quiet.ts';

test('what is printed within is dropped, what is printed beside is not', async () => {
	const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
	const quiet = openQuiet();
	try {
		const work = quiet.run(async () => {
			await setImmediate();
			console.error('canary');
		});
		console.error('ours');
		await work;
		expect(print.mock.calls).toEqual([['ours']]);
	} finally {
		quiet.close();
		expect(console.error).toBe(print);
		print.mockRestore();
	}
});
