import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { startOf } from './lock.ts';
import { assertEnters, databaseIdentity, type Identity } from './system-user.ts';

export interface PostgresOptions {
	/** The database's own folder; its parent must exist. */
	folder: string;
	/** Of the owner `postgres`. */
	password: string;
	log: Log;
	/** Told when it ended by itself; it is started again until it comes back. */
	lost?: () => void;
}

export interface Postgres {
	/** Address for the owner, who is a superuser of this database. */
	ownerUrl: string;
	/** Stops it in order: open transactions are rolled back, the rest is on disk. */
	close(): Promise<void>;
}

/**
 * Durable, and silent about what it is asked: no statement, parameter or failing row reaches a log.
 */
const SETTINGS = {
	// A statement ends with the connection that asked for it: what a lost database left running would
	// keep the next one from starting. Windows cannot tell.
	...(process.platform !== 'win32' && { client_connection_check_interval: '1000' }),
	fsync: 'on',
	full_page_writes: 'on',
	jit: 'off',
	listen_addresses: '127.0.0.1',
	log_checkpoints: 'off',
	log_error_verbosity: 'terse',
	log_min_error_statement: 'panic',
	log_min_messages: 'fatal',
	log_parameter_max_length_on_error: '0',
	log_statement: 'none',
	max_connections: '60',
	password_encryption: 'scram-sha-256',
	synchronous_commit: 'on',
	timezone: 'UTC',
	unix_socket_directories: ''
};

/** How long a start or a stop may take, in milliseconds; recovery after a crash is part of it. */
const PATIENCE = 60_000;

/** Milliseconds before a lost one is started again: each time twice as long, up to the longest. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 30_000;

/** Starts the embedded Postgres, making its database at the first start. */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
	const { folder, password, log, lost = () => undefined } = options;
	const identity = databaseIdentity();
	const binaries = await findBinaries();
	assertEnters(identity, dirname(folder), 'the database');
	assertEnters(identity, dirname(binaries.postgres), 'the Postgres program');
	await stopOrphan(folder, log);
	if (!(await exists(join(folder, 'PG_VERSION')))) {
		await initialise(folder, password, binaries, identity);
	}
	const port = await freePort();
	let closing = false;
	let child = await launch(folder, port, binaries, identity);
	const watch = (running: ChildProcess) => {
		running.once('exit', (code, signal) => {
			if (closing) return;
			log('postgres_lost', { code: String(code), signal: String(signal) });
			lost();
			void revive();
		});
	};
	const revive = async (delay = FIRST_PAUSE): Promise<void> => {
		await wait(delay, undefined, { ref: false });
		if (closing) return;
		try {
			child = await launch(folder, port, binaries, identity);
			if (closing) return void (await stop(child));
			watch(child);
			log('postgres_back', { port });
		} catch {
			await revive(Math.min(delay * 2, LONGEST_PAUSE));
		}
	};
	watch(child);
	return {
		ownerUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
		close: () => {
			closing = true;
			return stop(child);
		}
	};
}

/**
 * Made in a folder aside and moved into place when complete, so that a power cut leaves nothing
 * that looks like a database.
 */
async function initialise(
	folder: string,
	password: string,
	{ initdb }: Binaries,
	identity: Identity
): Promise<void> {
	await removeUnfinished(folder);
	// Each attempt has its own: the program of a killed one may still be writing to the last.
	const unfinished = await mkdtemp(`${folder}.new-`);
	const secret = `${unfinished}.password`;
	await writeFile(secret, password + '\n', { mode: 0o600 });
	if (identity.uid !== undefined && identity.gid !== undefined) {
		await chown(unfinished, identity.uid, identity.gid);
		await chown(secret, identity.uid, identity.gid);
	}
	try {
		await run(
			initdb,
			[
				`--pgdata=${unfinished}`,
				`--pwfile=${secret}`,
				'--username=postgres',
				'--auth=scram-sha-256',
				'--encoding=UTF8',
				// Built into Postgres: the same order and case on every system, none needs installing.
				'--locale-provider=builtin',
				'--builtin-locale=C.UTF-8',
				'--locale=C'
			],
			identity
		);
	} finally {
		await rm(secret, { force: true });
	}
	await rename(unfinished, folder);
	const parent = await open(dirname(folder));
	await parent.sync().catch(() => undefined);
	await parent.close();
}

async function removeUnfinished(folder: string): Promise<void> {
	const parent = dirname(folder);
	const names = await readdir(parent);
	for (const name of names.filter((entry) => entry.startsWith(`${basename(folder)}.new-`))) {
		await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
	}
}

async function run(program: string, words: string[], identity: Identity): Promise<void> {
	const child = spawn(program, words, { ...identity, ...quietly(), cwd: '/' });
	const complaint = collect(child);
	const code = await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code !== 0)
		throw new Refusal(`The database could not be made:\n${complaint()}`, { passes: true });
}

async function launch(
	folder: string,
	port: number,
	{ postgres }: Binaries,
	identity: Identity
): Promise<ChildProcess> {
	const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const child = spawn(postgres, ['-D', folder, '-p', String(port), ...settings], {
		...identity,
		...quietly(),
		cwd: '/',
		// A group of its own: Ctrl-C in the terminal reaches us alone, and we stop it last.
		detached: true
	});
	const complaint = collect(child);
	let gone = false;
	child.once('error', () => (gone = true));
	child.once('exit', () => (gone = true));
	for (const start = Date.now(); Date.now() - start < PATIENCE && !gone; await wait(15)) {
		const state = readState(folder);
		if (state?.pid === child.pid && state?.status === 'ready') return child;
	}
	child.kill('SIGQUIT');
	throw new Refusal(`Postgres did not start:\n${complaint()}`, { passes: true });
}

function quietly() {
	// No stray setting of the person's own Postgres reaches this one.
	const env = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
	return {
		env: { ...Object.fromEntries(env), LC_ALL: 'C' },
		stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe']
	};
}

/** Keeps the last words of a child, for the case where it does not start. */
function collect(child: ChildProcess): () => string {
	let text = '';
	child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-2000)));
	return () => text.trim();
}

async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGINT');
	const late = setTimeout(() => child.kill('SIGQUIT'), PATIENCE / 2);
	await gone;
	clearTimeout(late);
}

/**
 * After a kill -9 of ours, its Postgres lives on alone: it is stopped in order before a new one.
 */
async function stopOrphan(folder: string, log: Log): Promise<void> {
	const pid = readState(folder)?.pid;
	const started = pid === undefined ? null : startOf(pid);
	if (pid === undefined || started === null || !isPostgresOf(pid, folder)) return;
	log('postgres_orphan', { pid });
	process.kill(pid, 'SIGINT');
	for (const start = Date.now(); startOf(pid) === started; await wait(25)) {
		if (Date.now() - start > PATIENCE / 2) process.kill(pid, 'SIGQUIT');
		if (Date.now() - start > PATIENCE) {
			throw new Refusal(`An earlier Postgres (process ${pid}) does not stop: stop it by hand.`);
		}
	}
}

/** Numbers are used again: only a process that runs on this very folder is ours to stop. */
function isPostgresOf(pid: number, folder: string): boolean {
	if (process.platform === 'win32') return false;
	return commandOf(pid).includes(`postgres -D ${folder} `);
}

function commandOf(pid: number): string {
	if (process.platform !== 'linux') {
		return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).stdout.toString();
	}
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
	} catch {
		return '';
	}
}

/** What Postgres says of itself in its lock file: line 1 is its number, line 8 its state. */
function readState(folder: string): { pid: number; status: string } | null {
	try {
		const lines = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
		const pid = Number(lines[0]);
		return Number.isSafeInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? '').trim() } : null;
	} catch {
		return null;
	}
}

/**
 * A free port of those that no system hands out by itself: while a lost database is away, no
 * outgoing connection is given its port, and no caller of it reaches itself.
 */
async function freePort(): Promise<number> {
	for (;;) {
		const port = randomInt(16_384, 32_768);
		const server = createServer();
		const isFree = new Promise<boolean>((resolve) => {
			server.once('error', () => resolve(false));
			server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
		});
		if (await isFree) return port;
	}
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false
	);
}
