import { describe, expect, test } from 'vitest';
import { shown } from '../../../../src/service-worker/push.ts';
import { elsewhere } from '../../../../src/service-worker/pages.ts';

test('a push is shown in the reader’s language, one of a kind at a time', () => {
	const { title, options } = shown('{"kind":"week","language":"en"}');
	expect(title).toBe('Cercle');
	expect(options).toMatchObject({
		body: 'A session is coming up.',
		tag: 'cercle-week',
		lang: 'en'
	});
	expect(shown('{"kind":"charter","language":"fr"}').options).toMatchObject({
		body: 'Une charte attend votre signature.',
		tag: 'cercle-charter'
	});
});

describe('whatever comes, something is shown and nothing of it', () => {
	test.each([
		undefined,
		'',
		'not json',
		'null',
		'"week"',
		'{"kind":"__proto__","language":"fr"}',
		'{"kind":"toString","language":"constructor"}',
		'{"kind":"party","language":"fr","title":"Les Quais","body":"canary"}'
	])('%s', (text) => {
		expect(shown(text)).toMatchObject({
			title: 'Cercle',
			options: { body: 'Quelque chose vous attend.', tag: 'cercle-other', lang: 'fr' }
		});
	});
});

test('the secret calendar is answered by the server, never by the shell', () => {
	expect(elsewhere.some((pattern) => pattern.test('/calendar/abc.ics'))).toBe(true);
});
