import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startOf } from '#lib/server/embedded/lock.ts';
import { asOwner } from '../support/owner.ts';

const PATIENCE = 60_000;
const root = resolve(import.meta.dirname, '../..');
const main = join(root, 'src/lib/server/main.ts');

let folder: string;
const started: Run[] = [];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'cercle-process-'));
});
afterEach(async () => {
	for (const run of started.splice(0)) await run.stop('SIGTERM');
	// The initdb of a killed process may still be writing for a moment.
	rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}, PATIENCE);

interface Run {
	child: ChildProcess;
	output: () => string;
	/** Resolves with the port once it listens, or with null when it ends before. */
	ready: Promise<number | null>;
	ended: Promise<unknown[]>;
	stop(signal: NodeJS.Signals): Promise<unknown[]>;
}

function start(env: Record<string, string> = {}, ...words: string[]): Run {
	const child = spawn(process.execPath, [main, '--without-pages', ...words], {
		env: { PATH: process.env.PATH ?? '', PORT: '0', CERCLE_DATA: folder, ...env }
	});
	let output = '';
	const ended = once(child, 'exit');
	const ready = new Promise<number | null>((found) => {
		const read = (chunk: Buffer) => {
			output += chunk.toString();
			const line = /^.*"event":"ready".*$/m.exec(output)?.[0];
			if (line) found(JSON.parse(line).port);
		};
		child.stdout.on('data', read);
		child.stderr.on('data', read);
		void ended.then(() => found(null));
	});
	const stop = (signal: NodeJS.Signals) => {
		child.kill(signal);
		return ended;
	};
	const run = { child, output: () => output, ready, ended, stop };
	started.push(run);
	return run;
}

function postgresPid(): number {
	return Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

describe('the process', () => {
	test(
		'starts, answers, and stops in order on SIGTERM: callers, gateway, API, database, lock',
		async () => {
			const run = start();
			const port = await run.ready;
			const health = await fetch(`http://127.0.0.1:${port}/healthz`);
			expect(await health.json()).toMatchObject({ status: 'ok', database: 'ok' });
			expect(run.output()).toContain('camille@demo.example');
			const pid = postgresPid();
			expect(await run.stop('SIGTERM')).toEqual([0, null]);
			const parts = [...run.output().matchAll(/"event":"closed","part":"(\w+)"/g)].map(
				([, part]) => part
			);
			const order = ['listening', 'gateway', 'http', 'api', 'database'];
			expect(parts.filter((part) => order.includes(part ?? ''))).toEqual(order);
			expect(startOf(pid)).toBeNull();
			expect(existsSync(join(folder, 'lock.json'))).toBe(false);
		},
		PATIENCE
	);

	test(
		'a second one on the same data is refused in plain words, and the first goes on',
		async () => {
			const first = start();
			const port = await first.ready;
			const second = start();
			expect(await second.ended).toEqual([78, null]);
			expect(second.output()).toContain(`Another Cercle (process ${first.child.pid}) already uses`);
			expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
		},
		PATIENCE
	);

	test(
		'a database without its walls is refused in plain words, and starts once it was repaired',
		async () => {
			const first = start();
			await first.ready;
			await asOwner(folder, (sql) => sql`drop policy select_member on cercle.actions`);
			await first.stop('SIGTERM');
			const second = start();
			expect(await second.ended).toEqual([78, null]);
			expect(second.output()).toContain('  - policy cercle.actions select_member is missing\n');
			expect(second.output()).not.toContain('"event":"ready"');
			const words = ['scripts/walls.ts', 'repair'];
			const env = { PATH: process.env.PATH ?? '', CERCLE_DATA: folder };
			const repaired = spawnSync(process.execPath, words, { cwd: root, env, encoding: 'utf8' });
			expect(repaired.stdout).toBe(
				'Put right:\n  - policy cercle.actions select_member is missing\n'
			);
			expect(await start().ready).not.toBeNull();
		},
		PATIENCE
	);

	test(
		'a port that is taken is refused in plain words, without a place in the code',
		async () => {
			const first = start();
			const port = await first.ready;
			const second = start({ PORT: String(port), CERCLE_DATA: join(folder, 'second') });
			expect(await second.ended).toEqual([78, null]);
			expect(second.output()).toContain(`Port ${port} is taken: choose another with PORT.`);
			expect(second.output()).not.toMatch(/^\s+at /m);
		},
		PATIENCE
	);

	test(
		'killed without warning, it leaves nothing the next start cannot take over',
		async () => {
			const first = start();
			await first.ready;
			const orphan = postgresPid();
			await first.stop('SIGKILL');
			expect(startOf(orphan)).not.toBeNull();
			const second = start();
			const port = await second.ready;
			expect(startOf(orphan)).toBeNull();
			expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
			const last = postgresPid();
			await second.stop('SIGTERM');
			expect(startOf(last)).toBeNull();
		},
		PATIENCE
	);

	test(
		'killed while the database is being made, it makes it anew',
		async () => {
			const first = start();
			const isUnderWay = () => readdirSync(folder).some((name) => name.startsWith('postgres.new-'));
			await expect.poll(isUnderWay, { timeout: 20_000 }).toBe(true);
			await first.stop('SIGKILL');
			const second = start();
			expect(await second.ready).not.toBeNull();
		},
		PATIENCE
	);

	test(
		'production refuses to start without its configuration and names what is missing',
		async () => {
			const run = start({ CERCLE_DATA: '' }, '--serve');
			expect(await run.ended).toEqual([78, null]);
			for (const name of ['ORIGIN', 'SMTP_URL', 'CERCLE_DATA'])
				expect(run.output()).toContain(name);
		},
		PATIENCE
	);

	test(
		'production refuses a database with demo accounts, whose password is public',
		async () => {
			const demo = start({ CERCLE_DEMO: '1' });
			expect(await demo.ready).not.toBeNull();
			await demo.stop('SIGTERM');
			const production = { ORIGIN: 'https://cercle.example', SMTP_URL: 'smtp://127.0.0.1:1' };
			const run = start(production, '--serve');
			expect(await run.ended).toEqual([78, null]);
			expect(run.output()).toContain('demo group');
		},
		PATIENCE
	);

	test(
		'nothing a member sends, and no failing parameter, is printed',
		async () => {
			const canary = 'canary-of-a-member-8d1f';
			const run = start();
			const base = `http://127.0.0.1:${await run.ready}`;
			const { publishableKey } = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'));
			const call = (path: string, body: object, token = publishableKey) =>
				fetch(base + path, {
					method: 'POST',
					headers: {
						apikey: publishableKey,
						authorization: `Bearer ${token}`,
						'content-type': 'application/json'
					},
					body: JSON.stringify(body)
				});
			const signed = await call('/auth/v1/token?grant_type=password', {
				email: 'camille@demo.example',
				password: 'cercle-demo'
			});
			const { access_token } = await signed.json();
			expect(access_token).toBeTruthy();
			const id = crypto.randomUUID();
			const group = { id, name: canary, charter: canary };
			const answers = [
				await call('/rest/v1/rpc/found_group', group, access_token),
				await call('/rest/v1/rpc/found_group', { ...group, id: canary }, access_token),
				await call('/rest/v1/rpc/found_group', { ...group, nothing: canary }, access_token),
				await call('/rest/v1/groups', { id: canary, name: canary }, access_token),
				await call(`/rest/v1/profiles?name=eq.${canary}`, { name: canary }, access_token),
				await call('/auth/v1/otp', { email: `${canary}@demo.example` }),
				await call('/auth/v1/signup', { email: canary, password: canary })
			];
			expect(answers.some(({ status }) => status >= 400)).toBe(true);
			await run.stop('SIGTERM');
			expect(run.output()).not.toContain(canary);
		},
		PATIENCE
	);
});
