import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { copiesFolder, copyData } from '#lib/server/embedded/copy.ts';
import { type DatabaseOptions, openDatabase } from '#lib/server/embedded/open-database.ts';
import { openLog } from '#lib/server/log.ts';
import { Refusal } from '#lib/server/refusal.ts';

const PATIENCE = 120_000;
const supabase = resolve(import.meta.dirname, '../../supabase');

let folder: string;
let dataFolder: string;
let lines: string[];
const log = openLog((line) => void lines.push(line));

function makeFolder(): void {
	folder = mkdtempSync(join(tmpdir(), 'cercle-copy-'));
	// Root's database runs as another system user, who passes through.
	chmodSync(folder, 0o711);
	dataFolder = join(folder, 'data');
}
const removeFolder = () => rmSync(folder, { recursive: true, force: true });
beforeEach(() => void (lines = []));

const copies = () =>
	existsSync(copiesFolder(dataFolder)) ? readdirSync(copiesFolder(dataFolder)) : [];
const copied = () => lines.filter((line) => line.includes('data_copied'));

describe('a data folder with a database', () => {
	let root: string;

	beforeAll(() => {
		makeFolder();
		root = join(folder, 'root');
		cpSync(join(supabase, 'embedded'), join(root, 'supabase', 'embedded'), { recursive: true });
		mkdirSync(join(root, 'supabase', 'migrations'));
		migration('20260101000000_first.sql', 'create table public.words (word text);');
	});
	afterAll(removeFolder);

	const migration = (name: string, text: string) =>
		writeFileSync(join(root, 'supabase', 'migrations', name), text);

	/** Starts it as Cercle does, asks, stops it; the answer is what the statement answered. */
	async function ask(statement: string, options: Partial<DatabaseOptions> = {}) {
		const database = await openDatabase({ dataFolder, root, log, walls: null, ...options });
		const sql = postgres(database.ownerUrl, { max: 1 });
		const rows = await sql.unsafe(statement);
		await sql.end();
		await database.close();
		return [...rows];
	}

	test(
		'is copied before a migration and not without one; the copy opens with the same rows',
		async () => {
			await ask(`insert into public.words values ('kept')`);
			await ask('select');
			expect(copies()).toEqual([]);
			migration('20260102000000_second.sql', `update public.words set word = 'changed';`);
			expect(await ask('select word from public.words')).toEqual([{ word: 'changed' }]);
			const [copy = '', ...others] = copies();
			expect(others).toEqual([]);
			expect(copy).toMatch(/^\d{8}T\d{6}Z-20260101000000$/);
			expect(copied()).toEqual([expect.stringMatching(/"event":"data_copied","bytes":\d+}\n$/)]);

			// As the version that made it: with its own migrations.
			const former = join(folder, 'former');
			cpSync(root, former, { recursive: true });
			rmSync(join(former, 'supabase', 'migrations', '20260102000000_second.sql'));
			const opened = { dataFolder: join(copiesFolder(dataFolder), copy), root: former };
			expect(await ask('select word from public.words', opened)).toEqual([{ word: 'kept' }]);
		},
		PATIENCE
	);

	test(
		'for which the disk has no room is refused in words, and nothing of it is changed',
		async () => {
			await ask(`delete from public.words; insert into public.words values ('kept')`);
			const before = copies();
			migration('20260103000000_third.sql', `update public.words set word = 'changed';`);
			const full = ask('select', { room: async () => 1_000_000 });
			await expect(full).rejects.toThrow(Refusal);
			await expect(full).rejects.toThrow(/no room .*\n.*MB are missing/);
			expect(copies()).toEqual(before);
			expect(copied()).toEqual([]);
			rmSync(join(root, 'supabase', 'migrations', '20260103000000_third.sql'));
			expect(await ask('select word from public.words')).toEqual([{ word: 'kept' }]);
		},
		PATIENCE
	);
});

describe('copies of a data folder', () => {
	const room = async () => Number.MAX_SAFE_INTEGER;

	beforeEach(() => {
		makeFolder();
		mkdirSync(join(dataFolder, 'postgres', 'base'), { recursive: true });
		writeFileSync(join(dataFolder, 'keys.json'), '{}');
		writeFileSync(join(dataFolder, 'postgres', 'base', '1'), 'rows');
	});
	afterEach(removeFolder);

	const copy = (version: string, day: number) =>
		copyData({ dataFolder, version, log, room, now: () => new Date(Date.UTC(2026, 0, day)) });

	test('the third one removes the oldest', async () => {
		await copy('1', 1);
		await copy('2', 2);
		await copy('3', 3);
		expect(copies()).toEqual(['20260102T000000Z-2', '20260103T000000Z-3']);
		const [, last = ''] = copies();
		const rows = join(copiesFolder(dataFolder), last, 'postgres', 'base', '1');
		expect(readFileSync(rows, 'utf8')).toBe('rows');
	});

	test('one that a failed start made again replaces its own, never the one before it', async () => {
		await copy('1', 1);
		await copy('2', 2);
		await copy('2', 3);
		await copy('2', 4);
		expect(copies()).toEqual(['20260101T000000Z-1', '20260104T000000Z-2']);
	});

	test('the one just made stays, even when a clock that went back makes it look the oldest', async () => {
		await copy('1', 5);
		await copy('2', 6);
		await copy('3', 1);
		expect(copies()).toEqual(['20260101T000000Z-3', '20260106T000000Z-2']);
	});

	test('what a killed start left half copied is removed', async () => {
		mkdirSync(join(copiesFolder(dataFolder), '20251231T000000Z-0.new'), { recursive: true });
		await copy('1', 1);
		expect(copies()).toEqual(['20260101T000000Z-1']);
	});
});
