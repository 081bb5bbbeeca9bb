import { expect, test } from 'vitest';
import { verdictsOf } from '#lib/data/remote.ts';

test.each([
	['tables by name', { tables: ['actions'] }, ['actions']],
	['one name that stands for any', { tables: ['actions', 'all'] }, 'all'],
	['nothing changed', { tables: [] }, []],
	['not known any more', { tables: null }, 'all'],
	['a server that does not say', {}, 'all']
])('what an applied operation changed: %s', (_, said, tables) => {
	const verdict = { sequence: 1, status: 'applied' };
	expect(verdictsOf([{ ...verdict, code: null, ...said }])).toEqual([{ ...verdict, tables }]);
});
