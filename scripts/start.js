import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { keep } from './keep.js';
import { build, findNode, install, root, sync } from './prepare.js';

const words = process.argv.slice(2);
install();
if (words.includes('--dev')) sync();
else build();

const main = join(root, 'src', 'lib', 'server', 'main.ts');
const node = findNode();
const keeper = keep({
	launch,
	say: (words) => console.error(words),
	end: (code) => process.exit(code)
});

function launch() {
	const server = spawn(node, ['--disable-warning=ExperimentalWarning', main, ...words], {
		cwd: root,
		stdio: 'inherit'
	});
	server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
		console.error(`Node could not be started (${error.code}).`);
		process.exit(1);
	});
	return server;
}

// A terminal sends Ctrl-C to both; a service manager tells us alone. The server takes the second of
// two as the first, so passing it on does no harm, and we outlive it to report how it ended.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
	process.on(signal, () => keeper.stop(signal));
}
// Told to stop, npm tells the shell between us, which dies without a word to its child.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) {
	setInterval(() => {
		if (process.ppid !== parent) keeper.stop('SIGTERM');
	}, 500);
}
