import { expect, test } from 'vitest';
import { expand } from '#lib/domain/agenda/expand.ts';
import { named } from '#lib/domain/formats/builtin.ts';
import { minutes } from '#lib/domain/time.ts';
import { nextExtension } from '#lib/domain/timer/extension.ts';

const segments = (format: string) => expand(named(format)!, { members: [], presenters: [] });
const topic = segments('lean-coffee').find(({ kind }) => kind === 'topic')!;

test('thumbs give a topic two minutes, then one, then nothing', () => {
	const granted = [0, 1, 2, 3, 4].map((count) => nextExtension(topic, minutes(count)));
	expect(granted).toEqual([2, 2, 1, null, null]);
});

test('a topic that was shortened may still have its two minutes', () => {
	expect(nextExtension(topic, minutes(-1))).toBe(2);
});

test('no other segment asks for thumbs', () => {
	const others = ['mastermind', 'codev', 'clearness', 'round-table', 'lean-coffee']
		.flatMap(segments)
		.filter(({ kind }) => kind !== 'topic');
	expect(others.map((segment) => nextExtension(segment, minutes(0)))).toEqual(
		others.map(() => null)
	);
});
