import type { Call } from './api.ts';

interface Seen {
	cursor?: string;
	snapshot?: string;
	tables: Record<string, { sum: [number, number] }>;
}

/** What a phone that has all there is calls `pull` with. */
export interface CaughtUp {
	all: object;
	/** Of one table alone. */
	of: (table: string) => object;
}

/**
 * Pulls everything once. Of `c7e231e` a phone could not ask for one table alone: there it asks for all
 * either way.
 */
export async function caughtUp(call: Call): Promise<CaughtUp> {
	const everything = { ask: { all: true, tables: {} } };
	const earlier = { since: { cursor: null, sums: {}, full: [] } };
	const answer = await call('pull', everything).catch(() => call('pull', earlier));
	const { cursor, snapshot, tables } = answer as Seen;
	if (snapshot === undefined) {
		const sums = Object.fromEntries(Object.entries(tables).map(([name, { sum }]) => [name, sum]));
		const all = { since: { cursor, sums, full: [] } };
		return { all, of: () => all };
	}
	const held = (name: string) => ({ sum: tables[name]?.sum ?? [0, 0], snapshot });
	const named = (names: readonly string[]) =>
		Object.fromEntries(names.map((name) => [name, held(name)]));
	return {
		all: { ask: { all: true, tables: named(Object.keys(tables)) } },
		of: (table) => ({ ask: { all: false, tables: named([table]) } })
	};
}
