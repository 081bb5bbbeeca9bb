import { spawnSync } from 'node:child_process';
import { findNode, install, root } from './prepare.js';

// `npm run database`: the suite of that name, or one of its files. With `repair` or `walls`, what
// scripts/walls.ts does to a database.

const words = process.argv.slice(2);
const [first = ''] = words;

const isOurs = ['repair', 'walls'].includes(first);
if (isOurs) install();
const program = isOurs ? findNode() : 'vitest';
const quiet = '--disable-warning=ExperimentalWarning';
const rest = isOurs
	? [quiet, 'scripts/walls.ts', first]
	: ['run', '--project', 'database', ...words];
const { status } = spawnSync(program, rest, {
	cwd: root,
	stdio: 'inherit',
	shell: process.platform === 'win32'
});
process.exitCode = status ?? 1;
