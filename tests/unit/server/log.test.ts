import { expect, test } from 'vitest';
import { codeOf, openLog } from '#lib/server/log.ts';

function capture() {
	const lines: string[] = [];
	const log = openLog(
		(line) => lines.push(line),
		() => new Date(0)
	);
	return { lines, log };
}

test('one event is one line of JSON', () => {
	const { lines, log } = capture();
	log('ready', { port: 3000, mode: 'dev' });
	expect(lines).toEqual([
		'{"at":"1970-01-01T00:00:00.000Z","event":"ready","port":3000,"mode":"dev"}\n'
	]);
});

test('a field that is not on the list is left out', () => {
	const { lines, log } = capture();
	log('failed', { body: 'canary', message: 'canary', query: 'canary', email: 'a@b.example' });
	expect(lines.join('')).not.toMatch(/canary|example/);
});

test('a listed field cannot carry a sentence, a line or a structure', () => {
	const { lines, log } = capture();
	log('failed', { code: 'what a member said', reason: 'a\nb', name: { canary: 1 } });
	expect(JSON.parse(lines[0] ?? '')).toEqual({ at: expect.any(String), event: 'failed' });
});

test('of an error only its code is told', () => {
	expect(codeOf(Object.assign(new Error('canary'), { code: '23505' }))).toBe('23505');
	expect(codeOf(Object.assign(new Error('x'), { code: 'a b' }))).toBe('unknown');
	expect(codeOf(new Error('canary'))).toBe('unknown');
	expect(codeOf(null)).toBe('unknown');
});
