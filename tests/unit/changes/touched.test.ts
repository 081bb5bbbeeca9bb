import { expect, test } from 'vitest';
import { touched } from '#lib/changes/touched.ts';

test('rows that wait to be sent are known by the ids of their operations', () => {
	const operations = [{ args: { id: 'x' } }, { args: null }, { args: { action_id: 'y' } }];
	expect([...touched(operations)]).toEqual(['x']);
});
