import { elsewhere, isRare, precached } from '../../../../src/service-worker/pages.ts';
import { expect, test } from 'vitest';

const build = [
	'/_app/immutable/entry/start.abc.js',
	'/_app/immutable/assets/atkinson-latin-wght-normal.abc.woff2',
	'/_app/immutable/assets/atkinson-latin-ext-wght-normal.abc.woff2'
];

test('the install fetches the app and the shell, not the rarely used fonts', () => {
	const entries = precached(build, ['/icon.svg'], ['/', '/shell'], '42');
	expect(entries).toEqual([
		{ url: build[0], revision: null },
		{ url: build[1], revision: null },
		{ url: '/icon.svg', revision: '42' },
		{ url: '/', revision: '42' },
		{ url: '/shell', revision: '42' }
	]);
	expect(isRare(build[2] ?? '')).toBe(true);
});

test.each(['/auth/v1/token', '/rest/v1/rpc/pull', '/realtime/v1/websocket', '/healthz', '/mails'])(
	'%s is answered by the server, never by the shell',
	(address) => {
		expect(elsewhere.some((pattern) => pattern.test(address))).toBe(true);
	}
);

test.each(['/actions', '/sessions/4f/live', '/mailings', '/authors', '/sign-in?next=/auth/'])(
	'%s is a page of the app',
	(address) => {
		expect(elsewhere.some((pattern) => pattern.test(address))).toBe(false);
	}
);
