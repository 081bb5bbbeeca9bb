import { expect, test } from 'vitest';
import { comparedAt, oncePerPlace } from '#lib/changes/compared-at.ts';
import { action, challenge, groupOf } from '../group-view.ts';

const refused = (kind: string, id: string, code = 'CR010') => ({
	...{ kind, args: { id, changes: {} }, base: null, refusal: { code } }
});
const view = groupOf([], {
	challenges: [challenge('c')],
	actions: [action('a'), action('b')]
});
const at = (...change: Parameters<typeof refused>) => comparedAt(refused(...change), view);

test('two versions are compared on the page of what they are versions of', () => {
	expect(at('challenge.write', 'c', 'CR004')).toBe('/challenge/c');
	expect(at('action.edit', 'a')).toBe('/actions/a');
});

test('another refusal, or of what is gone, has nothing to compare', () => {
	expect(at('action.edit', 'a', 'CR001')).toBeNull();
	expect(at('action.tell', 'a')).toBeNull();
	for (const kind of ['challenge.write', 'action.edit', 'goal.edit']) {
		expect(at(kind, 'gone')).toBeNull();
	}
	expect(comparedAt({ ...refused('action.edit', 'a'), args: null }, view)).toBeNull();
});

test('what is compared together is shown once; every other refusal stands for itself', () => {
	const told = [refused('action.tell', 'a', 'CR001'), refused('action.tell', 'a', 'CR001')];
	const edits = ['a', 'a', 'b'].map((id) => refused('action.edit', id));
	expect(oncePerPlace([...told, ...edits], view)).toEqual([...told, edits[0], edits[2]]);
});
