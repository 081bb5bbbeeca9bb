import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '#lib/server/refusal.ts';

const holderFormat = z.object({ pid: z.number().int().positive(), started: z.string() });
type Holder = z.infer<typeof holderFormat>;

export interface Lock {
	release(): void;
}

/**
 * Takes the data folder for this process. A lock left by a dead process is taken over, even when
 * its number now belongs to a younger one. @throws Refusal while another live process holds it.
 */
export function takeLock(dataFolder: string): Lock {
	mkdirSync(dataFolder, { recursive: true });
	const file = join(dataFolder, 'lock.json');
	const mine: Holder = { pid: process.pid, started: startOf(process.pid) ?? '' };
	for (let attempt = 0; attempt < 3; attempt++) {
		if (place(file, mine)) return { release: () => release(file, mine) };
		const holder = readHolder(file);
		if (holder && startOf(holder.pid) === holder.started) {
			throw new Refusal(
				`Another Cercle (process ${holder.pid}) already uses the folder ${dataFolder}.\n` +
					'Stop it first, or choose another folder with CERCLE_DATA.'
			);
		}
		clear(file, holder);
	}
	throw new Refusal(`The lock of ${dataFolder} keeps coming back: is another Cercle starting?`);
}

/** Puts the lock there whole or not at all: nobody ever reads half of it. False: there is one. */
function place(file: string, mine: Holder): boolean {
	const own = `${file}.${process.pid}`;
	writeFileSync(own, JSON.stringify(mine), { mode: 0o600 });
	try {
		linkSync(own, file);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	} finally {
		rmSync(own, { force: true });
	}
}

/**
 * Removes a dead process's lock; if another start has just written its own there, puts that back.
 */
function clear(file: string, dead: Holder | null): void {
	const aside = `${file}.${process.pid}`;
	try {
		renameSync(file, aside);
		const found = readHolder(aside);
		if (found?.pid !== dead?.pid || found?.started !== dead?.started) linkSync(aside, file);
	} catch (error) {
		if (!['ENOENT', 'EEXIST'].includes(String(codeOf(error)))) throw error;
	} finally {
		rmSync(aside, { force: true });
	}
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && 'code' in error ? error.code : null;
}

function release(file: string, mine: Holder): void {
	const holder = readHolder(file);
	if (holder?.pid === mine.pid && holder.started === mine.started) rmSync(file, { force: true });
}

function readHolder(file: string): Holder | null {
	try {
		return holderFormat.parse(JSON.parse(readFileSync(file, 'utf8')));
	} catch {
		return null;
	}
}

/**
 * When a process started, in the system's own words, or null when there is no such process. With
 * the number it names one process for good: numbers are used again.
 */
export function startOf(pid: number): string | null {
	if (process.platform === 'linux') {
		try {
			const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
			// The second field, the command in brackets, may hold spaces; the start is the 22nd.
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			return fields[0] === 'Z' ? null : (fields[19] ?? null);
		} catch {
			return null;
		}
	}
	if (process.platform === 'win32') return isAlive(pid) ? 'alive' : null;
	return (
		spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)])
			.stdout.toString()
			.trim() || null
	);
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) === 'EPERM';
	}
}
