import { constants, type Stats } from 'node:fs';
import {
	chmod,
	chown,
	copyFile,
	mkdir,
	open,
	readdir,
	rename,
	rm,
	stat,
	statfs
} from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, type Log } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';
import { databaseFolder, keysFile } from './keys.ts';

/** How many copies stay; the oldest goes when there is one more. */
const KEPT = 2;
/** What must stay free beside a copy, in bytes: migrations and their log write too. */
const MARGIN = 64 * 1024 * 1024;
/** The least that a file takes on disk, in bytes. */
const BLOCK = 4096;

export interface CopyOptions {
	dataFolder: string;
	/** The last migration of the database, which names the copy. */
	version: string;
	log: Log;
	/** How much room the work that follows takes, in sizes of what is copied; none but some unless given. */
	growth?: number;
	/** Bytes free on the disk of a folder. */
	room?: (folder: string) => Promise<number>;
	now?: () => Date;
}

/** Where the copies of a data folder lie. */
export const copiesFolder = (dataFolder: string) => join(dataFolder, 'copies');

/**
 * Copies the database and the keys of a data folder whose database is stopped. A copy of the same
 * migration is replaced: a start that fails and is tried again never pushes the older one out.
 * @throws Refusal when there is no room; nothing of the copy is left then.
 */
export async function copyData(options: CopyOptions): Promise<void> {
	const {
		dataFolder,
		version,
		log,
		growth = 0,
		room = freeBytes,
		now = () => new Date()
	} = options;
	const copies = copiesFolder(dataFolder);
	const like = await stat(dataFolder);
	await makeLike(like, copies);
	await removeUnfinished(copies);
	const bytes = (await sizeOf(databaseFolder(dataFolder))) + (await sizeOf(keysFile(dataFolder)));
	const missing = bytes * (1 + growth) + MARGIN - (await room(dataFolder));
	if (missing > 0) throw noRoom(copies, missing);
	const name = `${now()
		.toISOString()
		.replace(/[-:]|\.\d+/g, '')}-${version}`;
	const unfinished = join(copies, `${name}.new`);
	try {
		await makeLike(like, unfinished);
		await copy(databaseFolder(dataFolder), databaseFolder(unfinished));
		await copy(keysFile(dataFolder), keysFile(unfinished));
		await sync(unfinished);
		await rm(join(copies, name), { recursive: true, force: true });
		await rename(unfinished, join(copies, name));
		await sync(copies);
	} catch (error) {
		await rm(unfinished, { recursive: true, force: true });
		if (codeOf(error) === 'ENOSPC') throw noRoom(copies, MARGIN);
		throw new Refusal(`The database could not be copied to ${copies} (${codeOf(error)}).`);
	}
	log('data_copied', { bytes });
	await removeOlder(copies, name, version);
}

function noRoom(copies: string, missing: number): Refusal {
	return new Refusal(
		'Before it changes the database, Cercle copies it, and the disk has no room for that:\n' +
			`about ${Math.ceil(missing / 1024 / 1024)} MB are missing. Nothing was changed. Make room, or ` +
			`move older copies away from\n${copies}.`
	);
}

/** Copies a file, or a folder with what is in it, for the same owner, and waits for the disk. */
async function copy(from: string, to: string): Promise<void> {
	const source = await stat(from);
	if (!source.isDirectory()) {
		// Shares its blocks with the source where the file system can.
		await copyFile(from, to, constants.COPYFILE_FICLONE);
		await belong(source, to);
		return sync(to);
	}
	await makeLike(source, to);
	for (const name of await readdir(from)) await copy(join(from, name), join(to, name));
	await sync(to);
}

/** Makes a folder that is entered by those who enter another one. */
async function makeLike(source: Stats, folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	await belong(source, folder);
}

async function belong({ mode, uid, gid }: Stats, path: string): Promise<void> {
	await chmod(path, mode & 0o777);
	if (process.getuid?.() === 0) await chown(path, uid, gid);
}

async function sync(path: string): Promise<void> {
	// Windows opens no folder.
	const handle = await open(path).catch(() => null);
	await handle?.sync().catch(() => undefined);
	await handle?.close();
}

async function sizeOf(path: string): Promise<number> {
	const found = await stat(path);
	if (!found.isDirectory()) return Math.ceil(found.size / BLOCK) * BLOCK;
	const names = await readdir(path);
	const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
	return sizes.reduce((sum, size) => sum + size, BLOCK);
}

async function freeBytes(folder: string): Promise<number> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize;
}

async function removeUnfinished(copies: string): Promise<void> {
	const names = await readdir(copies);
	await remove(
		copies,
		names.filter((name) => name.endsWith('.new'))
	);
}

/** Keeps the one just made, and the youngest of other migrations. */
async function removeOlder(copies: string, made: string, version: string): Promise<void> {
	const names = (await readdir(copies)).filter((name) => /^\d{8}T\d{6}Z-\d+$/.test(name)).sort();
	const others = names.filter((name) => name !== made && !name.endsWith(`-${version}`));
	const kept = [made, ...others.slice(1 - KEPT)];
	await remove(
		copies,
		names.filter((name) => !kept.includes(name))
	);
}

async function remove(folder: string, names: string[]): Promise<void> {
	for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
}
