import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOf, takeLock } from '#lib/server/embedded/lock.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'cercle-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string) => writeFileSync(join(folder, 'lock.json'), text);

test('the folder is taken once, until it is released', () => {
	const lock = takeLock(folder);
	expect(() => takeLock(folder)).toThrow(/already uses the folder/);
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
	takeLock(folder).release();
});

test('another live process keeps it', async () => {
	const other = spawn('sleep', ['60']);
	await once(other, 'spawn');
	write(JSON.stringify({ pid: other.pid, started: startOf(other.pid ?? 0) }));
	expect(() => takeLock(folder)).toThrow(new RegExp(`process ${other.pid}`));
	other.kill('SIGKILL');
	await once(other, 'exit');
	takeLock(folder).release();
});

test('the lock of a dead process is no obstacle, even when its number lives again', () => {
	write(JSON.stringify({ pid: process.pid, started: 'long ago' }));
	takeLock(folder).release();
});

test('a lock cut short by a power failure is no obstacle', () => {
	write('{"pid":');
	takeLock(folder).release();
});
