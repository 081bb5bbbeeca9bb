import { expect, test } from 'vitest';
import { isDeeperThan } from '#lib/server/body.ts';

const deeper = (text: string, most: number) => isDeeperThan(Buffer.from(text), most);

test('levels are counted, not brackets', () => {
	expect(deeper('[[1],[2],[3]]', 2)).toBe(false);
	expect(deeper('[[1],[[2]],[3]]', 2)).toBe(true);
	expect(deeper('{"a":{"b":[1]}}', 3)).toBe(false);
	expect(deeper('{"a":{"b":[1]}}', 2)).toBe(true);
});

test('brackets that a member wrote are text', () => {
	expect(deeper(JSON.stringify({ a: '[[[{{{', b: '\\"[[[' }), 1)).toBe(false);
	expect(deeper('', 0)).toBe(false);
});
