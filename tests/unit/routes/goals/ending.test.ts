import { expect, test } from 'vitest';
import { ending } from '#routes/(app)/goals/[id]/ending.ts';
import { goalOf } from '../../../support/goal.ts';

test('the latest state wins, whatever another device said: only the line has a base', () => {
	expect(ending(goalOf(), 'reached', 'Enfin\n!')).toMatchObject({
		args: { changes: { status: 'reached', line: 'Enfin !' } },
		base: { line: '' }
	});
});

test('opened again, a goal keeps the line for the next time', () => {
	const { args, base } = ending(goalOf({ status: 'dropped', line: 'Trop tôt' }), 'open');
	expect(args).toMatchObject({ changes: { status: 'open' } });
	expect(args.changes).not.toHaveProperty('line');
	expect(base).toBeNull();
});
