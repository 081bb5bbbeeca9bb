import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Sql } from 'postgres';
import { noTable, SHARED } from '../../scripts/schemas.ts';

const root = resolve(import.meta.dirname, '../..');

/** Shorter words are found by chance. */
const SHORTEST = 5;
/** Where a mail goes to stands in the mail. */
const NO_CONTENT = ['email', 'endpoint'];

/**
 * What was seen of a run from outside (logs, mails, titles, addresses…), to be searched for whatever
 * any member wrote in it. Each text of the database is a canary: no test needs to plant one.
 */
export class Traces {
	readonly #written = new Set<string>();
	readonly #seen: { where: string; text: string }[] = [];

	see(where: string, text: string): void {
		this.#seen.push({ where, text });
	}

	/** Remembers all texts there are now; some are erased before the run ends. */
	async harvest(sql: Sql): Promise<void> {
		const columns = await sql<{ name: string; table: string }[]>`
			select table_name as "table", column_name as name from information_schema.columns
			where table_schema = any (${[...SHARED]}) and data_type in ('text', 'bytea')
				and not column_name = any (${NO_CONTENT})
		`;
		if (columns.length === 0) throw new Error(noTable(SHARED));
		for (const { table, name } of columns) {
			const rows = await sql<{ text: string }[]>`
				select distinct t::text as text
				from (select ${sql(name)} as t from ${sql(table)}) texts where t is not null
			`;
			for (const { text } of rows) if (text.length >= SHORTEST) this.#written.add(text);
		}
	}

	/** Each text of a member that was seen outside, with the place where. */
	async leaks(): Promise<string[]> {
		const shipped = await shippedText();
		const canaries = [...this.#written].filter((text) => !shipped.includes(text));
		return this.#seen.flatMap(({ where, text }) =>
			canaries.filter((canary) => text.includes(canary)).map((canary) => `${where}: ${canary}`)
		);
	}
}

/** All words of the app itself: a member may have written the same. */
async function shippedText(): Promise<string> {
	const files = await Promise.all(
		['build', 'messages'].map(async (folder) => {
			const names = await readdir(join(root, folder), { recursive: true });
			const texts = names.filter((name) => /\.(js|html|json|webmanifest)$/.test(name));
			return Promise.all(texts.map((name) => readFile(join(root, folder, name), 'utf8')));
		})
	);
	return files.flat().join('\n');
}
