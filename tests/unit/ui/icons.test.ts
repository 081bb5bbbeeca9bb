import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { sprite } from '../../../scripts/icons.ts';

test('the file of icons holds those that the app names, as Lucide draws them', async () => {
	expect(await readFile('static/icons.svg', 'utf8')).toBe(await sprite());
});
