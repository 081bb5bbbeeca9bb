import { expect, test } from 'vitest';
import { DEMO_MEMBERS, DEMO_PASSWORD } from '#lib/server/demo.ts';
import * as page from '../../../../src/routes/(public)/sign-in/demo.ts';
import { next } from '../../../../src/routes/(public)/sign-in/next.ts';
import { tokenIn } from '../../../../src/routes/(public)/join/token.ts';

const token = 'abcDEF012_-'.repeat(4).slice(0, 43);

test('an invitation survives the sign-in in the fragment', () => {
	expect(next(`#${token}`)).toBe(`/join#${token}`);
	expect(tokenIn(`#${token}`)).toBe(token);
});

test.each([
	'',
	'#',
	'#/evil',
	'#//evil.example',
	'#javascript:alert(1)',
	`#${token}x`,
	`?${token}`
])('a crafted fragment %j leads nowhere but to the day', (hash) => {
	expect(next(hash)).toBe('/today');
	expect(tokenIn(hash)).toBeNull();
});

test('the members offered are those the demo server makes', () => {
	expect(page.demoMembers).toEqual(DEMO_MEMBERS.map(({ name, email }) => ({ name, email })));
	expect(page.DEMO_PASSWORD).toBe(DEMO_PASSWORD);
});
