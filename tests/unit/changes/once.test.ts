import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { kinds } from '#lib/changes/kinds.ts';

const root = resolve(import.meta.dirname, '../../../src');
const sources = globSync('**/*.{ts,svelte}', { cwd: root })
	.filter((file) => !file.endsWith('.types.ts'))
	.map((file) => ({ file, text: readFileSync(resolve(root, file), 'utf8') }));
const filesWith = (words: RegExp) =>
	sources.filter(({ text }) => words.test(text)).map(({ file }) => file);

test('a kind of change is spelled where it is applied and where it is made, nowhere else', () => {
	expect(Object.keys(kinds)).toContain('action.edit');
	for (const kind of Object.keys(kinds)) {
		const [maker, ...others] = filesWith(new RegExp(`'${RegExp.escape(kind)}'`)).filter(
			(file) => file !== 'lib/changes/kinds.ts'
		);
		expect(maker, kind).toMatch(/^lib\/changes\/(intent|intents\/[a-z]+)\.ts$/);
		expect(others, kind).toEqual(kind === 'action.settle' ? ['lib/changes/intents/action.ts'] : []);
	}
	expect(filesWith(/'action\.edit'/)).toHaveLength(2);
});

test('an error code of the database is spelled in one file', () => {
	expect(filesWith(/\bCR\d{3}\b/)).toEqual(['lib/domain/codes.ts']);
});
