import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { Refusal } from '#lib/server/refusal.ts';

/** The numbers of the system user the database runs as; empty when it runs as ourselves. */
export interface Identity {
	uid?: number;
	gid?: number;
}

/**
 * Postgres refuses to run as root: root lends it the system user `postgres`, made when there is
 * none. Everybody else runs it as themselves. @throws Refusal when it cannot be made.
 */
export function databaseIdentity(): Identity {
	if (process.getuid?.() !== 0) return {};
	const known = lookUp();
	if (known) return known;
	spawnSync('groupadd', ['--system', 'postgres']);
	spawnSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres']);
	const made = lookUp();
	if (made) return made;
	throw new Refusal(
		'Postgres does not run as root, and the system user "postgres" could not be made.\n' +
			'Make it (useradd --system postgres), or start Cercle as another user.'
	);
}

function lookUp(): Identity | null {
	const number = (flag: string) => {
		const { status, stdout } = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
		return status === 0 ? Number(stdout) : null;
	};
	const [uid, gid] = [number('-u'), number('-g')];
	return uid === null || gid === null ? null : { uid, gid };
}

/** @throws Refusal, with the way out, when the database's user cannot enter a folder it needs. */
export function assertEnters(identity: Identity, folder: string, what: string): void {
	if (identity.uid === undefined || enters(identity, folder)) return;
	const closed: string[] = [];
	for (let path = folder; path !== dirname(path); path = dirname(path)) {
		if (!enters(identity, path)) closed.unshift(path);
	}
	const first = closed[0] ?? folder;
	throw new Refusal(
		`The system user "postgres" cannot enter ${first}, and ${what} is in ${folder}.\n` +
			`Either let it pass (chmod o+x ${first}), or ` +
			(what === 'the database'
				? 'choose another folder with CERCLE_DATA (for example /var/lib/cercle), '
				: 'move Cercle to another folder (for example /srv/cercle), ') +
			'or start Cercle as a user other than root.'
	);
}

function enters(identity: Identity, folder: string): boolean {
	return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...identity, cwd: '/' }).status === 0;
}
