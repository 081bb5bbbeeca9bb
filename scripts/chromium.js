import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.js';

/** The first has no window: it is what Playwright's own is, and costs two thirds of the others. */
const SYSTEM = [
	'/usr/bin/chromium-headless-shell',
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome'
];

/**
 * Finds a Chromium for the tests, installing one where there is none. Returns its path for
 * CHROMIUM_PATH, or null for Playwright's own or none at all: the tests then say so themselves.
 * @param {string} node
 */
export function findChromium(node) {
	const own = () => {
		const question = 'import("playwright").then((p) => console.log(p.chromium.executablePath()))';
		const { stdout } = spawnSync(node, ['-e', question], { cwd: root, encoding: 'utf8' });
		return existsSync(stdout?.trim() ?? '');
	};
	if (own()) return null;
	const { CHROMIUM_PATH } = process.env;
	const found = [CHROMIUM_PATH, ...SYSTEM].find((path) => path && existsSync(path));
	if (found) return found;
	console.log('Installing Chromium for the tests (once)…');
	run(node, join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium');
	if (own()) return null;
	if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
		run('apt-get', 'update', '-qq');
		const install = ['install', '-y', '-qq', '--no-install-recommends'];
		run('apt-get', ...install, 'chromium');
		run('apt-get', ...install, 'chromium-headless-shell');
	}
	return SYSTEM.find((path) => existsSync(path)) ?? null;
}

/**
 * @param {string} program
 * @param {string[]} words
 */
function run(program, ...words) {
	spawnSync(program, words, {
		cwd: root,
		stdio: 'inherit',
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
	});
}
