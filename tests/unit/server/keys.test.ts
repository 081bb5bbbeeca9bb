import { createECDH } from 'node:crypto';
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeys } from '#lib/server/embedded/keys.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'cercle-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('keys are made once, for the owner’s eyes only, and leave nothing half-written', async () => {
	const keys = await openKeys(folder);
	expect(keys.publishableKey).toMatch(/^sb_publishable_/);
	expect(modeOf(join(folder, 'keys.json'))).toBe('600');
	expect(modeOf(folder)).toBe(process.getuid?.() === 0 ? '711' : '700');
	expect(readdirSync(folder)).toEqual(['keys.json']);
	expect(await openKeys(folder)).toEqual(keys);
});

test('a folder of before the reminders gets its pair for push once, and keeps the rest', async () => {
	const former: Record<string, unknown> = await openKeys(folder);
	delete former.vapid;
	const file = join(folder, 'keys.json');
	writeFileSync(file, JSON.stringify(former));
	const keys = await openKeys(folder);
	expect(keys).toEqual({ ...former, vapid: expect.anything() });
	expect(modeOf(file)).toBe('600');
	expect(await openKeys(folder)).toEqual(keys);
});

test('the pair for push is one', async () => {
	const { vapid } = await openKeys(folder);
	const pair = createECDH('prime256v1');
	pair.setPrivateKey(vapid.privateKey, 'base64url');
	expect(pair.getPublicKey('base64url')).toBe(vapid.publicKey);
});

test('two folders share no key', async () => {
	const one = await openKeys(join(folder, 'one'));
	const two = await openKeys(join(folder, 'two'));
	for (const name of Object.keys(one) as (keyof typeof one)[])
		expect(one[name]).not.toBe(two[name]);
});

test('a database without its keys is refused', async () => {
	mkdirSync(join(folder, 'postgres'));
	await expect(openKeys(folder)).rejects.toThrow(/not its keys/);
	expect(readdirSync(folder)).toEqual(['postgres']);
});

test('damaged keys are refused and left as they are', async () => {
	const file = join(folder, 'keys.json');
	writeFileSync(file, '{"jwtSecret":"short"}');
	await expect(openKeys(folder)).rejects.toThrow(/damaged/);
	expect(readFileSync(file, 'utf8')).toBe('{"jwtSecret":"short"}');
});
