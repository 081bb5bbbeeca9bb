import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { openCercle, type RunningCercle } from './cercle.ts';
import { type Config, type Mode, readConfig } from './config.ts';
import { DEMO_MEMBERS, DEMO_PASSWORD } from './demo.ts';
import { codeOf, openLog } from './log.ts';
import { Refusal } from './refusal.ts';

const root = resolve(import.meta.dirname, '../../..');
const log = openLog();

/** The exit status that says: a person must change something first (EX_CONFIG, scripts/keep.js). */
const REFUSED = 78;

/** How long an orderly end may take once something broke, in ms. */
const BROKEN_PATIENCE = 500;

let running: RunningCercle | null = null;
let stopping: Promise<void> | null = null;

function stop(code: number): void {
	stopping ??= (running ? running.close() : Promise.resolve()).then(() => process.exit(code));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(signal, () => {
		log('stopping', { signal });
		// Before the end of the start there is nothing to stop in order yet: the start does it.
		if (running || stopping) stop(0);
		else leaving = true;
	});
}
let leaving = false;

// A terminal that went away, or a full disk under the log, must not stop the service.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
process.on('unhandledRejection', (error) => log('unhandled', { code: codeOf(error) }));
process.on('uncaughtException', (error) => {
	log('uncaught', { code: codeOf(error), name: error.name });
	stop(1);
	// What broke may never let go; people in a room wait for the next start, which puts all right.
	setTimeout(() => process.exit(1), BROKEN_PATIENCE);
});

try {
	const words = process.argv.slice(2);
	const config = readConfig(readMode(words), process.env);
	const pages = !words.includes('--without-pages');
	const bridge = words.includes('--bridge');
	const started = performance.now();
	const version = readVersion();
	running = await openCercle({ config, root, version, log, pages, bridge });
	const milliseconds = Math.round(performance.now() - started);
	log('ready', { port: running.port, mode: config.mode, milliseconds, version });
	if (leaving) stop(0);
	else if (config.mode !== 'serve') greet(config, running);
} catch (error) {
	complain(error);
	process.exitCode = error instanceof Refusal && !error.passes ? REFUSED : 1;
	// Something opened may still hold the process.
	process.exit();
}

function readMode(words: string[]): Mode {
	if (words.includes('--serve')) return 'serve';
	return words.includes('--dev') ? 'dev' : 'start';
}

function readVersion(): string {
	const parsed: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const isNamed = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
	return isNamed && typeof parsed.version === 'string' ? parsed.version : '0.0.0';
}

function complain(error: unknown): void {
	if (error instanceof Refusal) {
		process.stderr.write(`\n${error.message}\n\n`);
		return;
	}
	process.stderr.write(`\nCercle could not start (${codeOf(error)}).\n`);
	// The place, not the words: those may quote what was being done.
	if (error instanceof Error) process.stderr.write(`${placeOf(error)}\n\n`);
}

/** A declaration: a start that fails complains before the end of this file was read. */
function placeOf(error: Error): string {
	const places = (error.stack ?? '').match(/^\s+at .*$/gm) ?? [];
	return places.slice(0, 6).join('\n');
}

function greet(config: Config, { port, mailer }: RunningCercle): void {
	const here = config.originGiven ? config.origin : `http://localhost:${port}`;
	const lines = ['', `Cercle: ${here}`];
	if (config.host === '0.0.0.0' || config.host === '::') {
		lines.push(...localAddresses().map((address) => `        http://${address}:${port}`));
	}
	if (config.demo) {
		lines.push('', `Sign in as a member of the demo group (password: ${DEMO_PASSWORD}):`);
		lines.push(...DEMO_MEMBERS.map(({ name, email }) => `  ${email.padEnd(24)} ${name}`));
	}
	if (mailer.demoMails) lines.push('', `Mails, with their codes, are kept at ${here}/mails`);
	process.stdout.write(lines.join('\n') + '\n\n');
}

function localAddresses(): string[] {
	return Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.filter(({ family, internal }) => family === 'IPv4' && !internal)
		.map(({ address }) => address);
}
