import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const areas = readdirSync('messages');
const texts = (area: string, language: string): Record<string, unknown> =>
	JSON.parse(readFileSync(`messages/${area}/${language}.json`, 'utf8'));

describe.each(areas)('the messages of %s', (area) => {
	test('are the same in French and in English', () => {
		expect(Object.keys(texts(area, 'en'))).toEqual(Object.keys(texts(area, 'fr')));
	});

	test('in French, no line ends before : ; ? ! or », nor after «', () => {
		const values = JSON.stringify(Object.values(texts(area, 'fr')));
		expect(values.match(/.{0,30}( [:;?!»]|« ).{0,10}/g)).toBeNull();
	});

	test.each(['fr', 'en'])('in %s, apostrophes and ellipses are the printed ones', (language) => {
		const values = JSON.stringify(Object.values(texts(area, language)));
		expect(values.match(/.{0,30}(\p{L}'\p{L}|\.\.\.).{0,10}/gu)).toBeNull();
	});
});
