import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = resolve(import.meta.dirname, '../..');

/** A commit of this repository, installed and built. */
export interface Checkout {
	root: string;
	/** The commit in full; with a `+` when the work tree holds other changes. */
	commit: string;
}

/** This work tree, as it is built. */
export function current(): Checkout {
	const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
	return { root: here, commit: git('rev-parse', 'HEAD') + (changed ? '+' : '') };
}

/**
 * Another commit, cloned into the temp folder, installed and built there with its own scripts. It
 * is kept: the next measurement finds it ready. @throws when there is no such commit.
 */
export async function checkOut(name: string): Promise<Checkout> {
	const commit = git('rev-parse', '--verify', `${name}^{commit}`);
	const root = join(benchFolder(), commit);
	if (!existsSync(root)) {
		console.log(`cloning ${commit.slice(0, 7)} into ${root}`);
		git('clone', '--quiet', '--no-checkout', here, root);
		execFileSync('git', ['checkout', '--quiet', '--detach', commit], { cwd: root });
	}
	const prepare = pathToFileURL(join(root, 'scripts', 'prepare.js')).href;
	const work = `const { install, build } = await import('${prepare}'); install(); build();`;
	execFileSync(process.execPath, ['--input-type=module', '-e', work], {
		cwd: root,
		stdio: 'inherit'
	});
	return { root, commit };
}

/** Where checkouts and recorded tables are kept from one measurement to the next. */
export function benchFolder(): string {
	const folder = join(tmpdir(), 'cercle-bench');
	mkdirSync(folder, { recursive: true });
	return folder;
}

function git(...words: string[]): string {
	return execFileSync('git', words, { cwd: here, encoding: 'utf8' }).trim();
}
