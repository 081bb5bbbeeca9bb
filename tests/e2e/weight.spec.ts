import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { firstScreenOf, sum } from '../support/weight.ts';

// What a phone pays on a train before it shows its member's actions. Not a page is opened: the sum
// of the files is the same on every machine.

/** Most that the actions page may weigh until it can be read and used, in bytes of gzip (level 9). */
const BUDGET = 57_000;

test('the actions page weighs no more than 57 kB of JavaScript', async () => {
	const files = await firstScreenOf(resolve('.'), '(app)/actions');
	const listed = files.map(([file, size]) => `${size} ${file}`);
	expect(sum(files), `${sum(files)} bytes:\n${listed.join('\n')}`).toBeLessThanOrEqual(BUDGET);
});
