import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A whole Cercle as `npm start` runs it: its own process, its own data, the built pages. */
export interface CercleProcess {
	url: string;
	/** The checkout whose code and built pages it runs. */
	root: string;
	dataFolder: string;
	/** Everything it printed so far. */
	output: string[];
	/** Milliseconds from its start to its first answer. */
	readyAfter: number;
	/** Stops it in order; the data stays. */
	stop(signal?: NodeJS.Signals): Promise<void>;
	/** Starts it again on the same data and port. */
	start(): Promise<void>;
	/** From now on it is started again when it ends by itself, as scripts/start.js does. */
	keep(): void;
	/** Stops it and removes the data. */
	remove(): Promise<void>;
}

export interface ProcessOptions {
	/** Another checkout than this one. */
	root?: string;
	/** Words after the command, such as `--without-pages`. */
	words?: string[];
	/** Made unless given. */
	dataFolder?: string;
	/** A free one unless given. */
	port?: number;
}

/** Starts one; `env` adds to the environment (SMTP_URL, CERCLE_DEMO…). */
export async function openProcess(
	env: Record<string, string>,
	{ words = [], root = resolve(import.meta.dirname, '../..'), ...options }: ProcessOptions = {}
): Promise<CercleProcess> {
	const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'cercle-process-')));
	const port = options.port ?? (await freePort());
	const output: string[] = [];
	let child: ChildProcess | null = null;
	let kept = false;

	async function start(): Promise<void> {
		const started = performance.now();
		const server = spawn(process.execPath, ['src/lib/server/main.ts', ...words], {
			cwd: root,
			env: { ...process.env, ...env, PORT: String(port), CERCLE_DATA: dataFolder },
			stdio: ['ignore', 'pipe', 'pipe']
		});
		child = server;
		server.stderr.on('data', (text: Buffer) => output.push(String(text)));
		const lines = createInterface({ input: server.stdout });
		await new Promise<void>((done, failed) => {
			lines.on('line', (line) => {
				output.push(line);
				if (line.includes('"event":"ready"')) done();
			});
			server.once('exit', () =>
				failed(new Error(`Cercle ended:\n${output.slice(-20).join('\n')}`))
			);
		});
		server.once('exit', () => {
			if (kept && child === server) void start();
		});
		cercle.readyAfter = performance.now() - started;
	}

	async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		const server = child;
		child = null;
		if (!server || server.exitCode !== null) return;
		const ended = new Promise((done) => server.once('exit', done));
		server.kill(signal);
		await ended;
	}

	const cercle: CercleProcess = {
		url: `http://localhost:${port}`,
		root,
		dataFolder,
		output,
		readyAfter: 0,
		start,
		stop,
		keep() {
			kept = true;
		},
		async remove() {
			await stop();
			await rm(dataFolder, { recursive: true, force: true });
		}
	};
	await start();
	return cercle;
}

function freePort(): Promise<number> {
	return new Promise((done, failed) => {
		const probe = createServer();
		probe.on('error', failed);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
		});
	});
}
