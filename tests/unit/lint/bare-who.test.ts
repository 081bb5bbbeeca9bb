import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { comments } from '../../../eslint-rules/bare-who.js';

/** The lines at which the rule of the lint configuration refuses a comment. */
function refused(code: string): number[] {
	return new Linter().verify(code, comments).map(({ line }) => line);
}

test.each([
	['a block', '/** Who speaks now. */'],
	['a long block', '/**\n * who is called, and when.\n */'],
	['a line', '// who asks again is told why'],
	['a line after code', 'run(); // Who runs.'],
	['one line alone, its only word', '// Who']
])('%s that begins with a bare “who” is refused', (_, code) => {
	expect(refused(`run();\n${code}`)).toEqual([2]);
});

test.each([
	['a subject', '/** The member who speaks now. */'],
	['another word', '// Whose turn it is, and whoever asked: the whole list.'],
	['a sentence that goes on', '// Told to the member\n// who asked for it.'],
	['a text that is no comment', 'say("who is there");']
])('%s passes', (_, code) => {
	expect(refused(code)).toEqual([]);
});

test('a second comment below another one is a comment of its own', () => {
	expect(refused('// The members.\n\n// Who they are.')).toEqual([3]);
	expect(refused('run(); // The members.\n// Who they are.')).toEqual([2]);
});
