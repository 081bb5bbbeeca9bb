import type { Sql } from 'postgres';
import { Refusal } from '#lib/server/refusal.ts';

/** What a start has to do with a database, by its history. */
export type Step = 'nothing' | 'migrate' | 'bridge';

/**
 * The versions of the one build of before the baseline whose databases are brought over
 * (`supabase/embedded/bridge.sql`), all of them, in order.
 */
export const EARLIER: readonly string[] = `
	20261101000100 20261101000200 20261101000300 20261101000400 20261101000500 20261101000600
	20261101000700 20261101000750 20261101000800 20261101000850 20261101000900 20261101001000
	20261101001100 20261101001200 20261101001210 20261101001240 20261101001250 20261101001260
	20261101001300 20261101001400 20261101001500 20261120000100 20261120000200 20261120000300
	20261120000400 20261120000500 20261120001000 20261120001100 20261120001150 20261120001200
	20261128000100 20261128000200 20261128001000 20261128001100 20261128002000 20261128002100
	20261128002200 20261128002300 20261128002400 20261128003000 20261128003100 20261128003200
	20261128003300 20261128003400 20261128004000 20261128004100 20261128004200 20261128004300
	20261128004400 20261128006000 20261128007000 20261128007100 20261128007200 20261129001000
	20261129002000
`
	.trim()
	.split(/\s+/);

/** The commit whose build has exactly these. */
const EARLIER_COMMIT = 'c7e231e';
const EARLIER_LAST = '20261129002000';

/** A migration that a database has seen. */
export interface Seen {
	version: string;
	/** Its text as a whole, as Cercle keeps it; null where it was kept otherwise, or not at all. */
	text: string | null;
}

/** What a database has seen, in order; nothing where it never saw any. */
export async function readHistory(sql: Sql): Promise<Seen[]> {
	const [found] = await sql<{ isThere: boolean }[]>`
		select to_regclass('supabase_migrations.schema_migrations') is not null as "isThere"
	`;
	if (!found?.isThere) return [];
	// The column is missing where nobody but an old Supabase CLI wrote.
	const rows = await sql<{ version: string; statements: string[] | null }[]>`
		select version, to_jsonb(m) -> 'statements' as statements
		from supabase_migrations.schema_migrations m order by version collate "C"
	`;
	return rows.map(({ version, statements }) => {
		const [text = null, ...others] = statements ?? [];
		return { version, text: others.length === 0 ? text : null };
	});
}

/**
 * The step from a history to the versions of this Cercle. Refuses, in words that say what to do, a
 * history that no way leads on from.
 */
export function stepFrom(history: readonly string[], known: readonly string[]): Step {
	const lost = history.filter((version) => !known.includes(version));
	if (lost.length === 0) {
		return known.every((version) => history.includes(version)) ? 'nothing' : 'migrate';
	}
	const isEarlier = history.every((version) => EARLIER.includes(version));
	if (isEarlier && history.length === EARLIER.length) return 'bridge';
	if (isEarlier) {
		throw new Refusal(
			`The database was made by an earlier build (up to ${history.at(-1)}), and this\n` +
				`version takes over only from the last of those. Start commit ${EARLIER_COMMIT} on it once, which\n` +
				`brings it to ${EARLIER_LAST}, then this version again. Nothing was changed.`
		);
	}
	if (EARLIER.every((version) => history.includes(version))) {
		throw new Refusal(
			`The database was changed by a commit between ${EARLIER_COMMIT} and this version, and no way leads on\n` +
				`from there (${lost.at(-1)}). Install that commit again; or put back what was copied before it, which\n` +
				`ends at ${EARLIER_LAST}: from \`copies\` in the data folder, or from your backup. Nothing was changed.`
		);
	}
	throw new Refusal(
		`The database has migrations this Cercle does not know (${lost.join(', ')}):\n` +
			'it was used by a newer version. Install that one again, or restore a backup.'
	);
}

/**
 * Refuses a history in which a migration of this Cercle had another text. In a database of its own
 * Cercle kept every text. That of somebody else (`isGiven`) may be the work of the Supabase CLI, which
 * keeps the statements of a file apart and trimmed: there only a text that ends as a file is Cercle's.
 */
export function refuseRewritten(
	history: readonly Seen[],
	known: readonly { version: string; text: string }[],
	isGiven: boolean
): void {
	const texts = new Map(known.map(({ version, text }) => [version, unify(text)]));
	const other = history.find(({ version, text }) => {
		const expected = texts.get(version);
		if (expected === undefined || (isGiven && !text?.endsWith('\n'))) return false;
		return text === null || unify(text) !== expected;
	});
	if (!other) return;
	throw new Refusal(
		`The database was made by a commit between ${EARLIER_COMMIT} and this version, with another text of\n` +
			`${other.version}, and no way leads on from there. Install that commit again; or put back what was\n` +
			'copied before it: from `copies` in the data folder, or from your backup. Nothing was changed.'
	);
}

/** The same text ends its lines otherwise in a checkout of another system. */
const unify = (text: string) => text.replaceAll('\r\n', '\n');
