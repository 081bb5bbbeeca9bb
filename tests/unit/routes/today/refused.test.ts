import { expect, test } from 'vitest';
import { comparedAt, oncePerPlace } from '#routes/(app)/today/refused.ts';

const refused = (kind: string, id: string, code = 'CR010') => ({
	...{ kind, args: { id, changes: {} }, base: null, refusal: { code } }
});

test('two versions are compared on a page of their own, where there is one', () => {
	expect(comparedAt(refused('challenge.write', 'c', 'CR004'))).toBe('/challenge/c');
	expect(comparedAt(refused('goal.edit', 'g'))).toBe('/goals/g');
	expect(comparedAt(refused('goal.edit', 'g', 'CR001'))).toBeNull();
	expect(comparedAt(refused('action.tell', 'a'))).toBeNull();
	expect(comparedAt({ ...refused('goal.edit', 'g'), args: null })).toBeNull();
});

test('what is compared together is shown once; every other refusal stands for itself', () => {
	const told = [refused('action.tell', 'a', 'CR001'), refused('action.tell', 'a', 'CR001')];
	const edits = [
		refused('action.edit', 'a'),
		refused('action.edit', 'a'),
		refused('action.edit', 'b')
	];
	expect(oncePerPlace([...told, ...edits])).toEqual([...told, edits[0], edits[2]]);
});
