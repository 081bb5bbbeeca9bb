import { isGenuine } from '../../../../src/service-worker/genuine.ts';
import { expect, test } from 'vitest';

const html = (body: string, status = 200) =>
	new Response(body, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
const script = () => new Response('', { headers: { 'content-type': 'text/javascript' } });
const portal = '<!doctype html><title>Please sign in</title>';
const shell = '<script src="/_app/immutable/entry/start.js"></script>';

test('a page of a proxy is never kept in the place of a file of the app', async () => {
	for (const path of ['/_app/immutable/start.js', '/_app/env.js', '/icon.svg', '/shell', '/']) {
		expect(await isGenuine(path, html(portal)), path).toBe(false);
	}
	expect(await isGenuine('/shell', html(shell, 403))).toBe(false);
});

test('the app’s own files are kept, with their words unread', async () => {
	expect(await isGenuine('/_app/env.js', script())).toBe(true);
	const page = html(shell);
	expect(await isGenuine('/shell', page)).toBe(true);
	expect(await page.text()).toBe(shell);
});
