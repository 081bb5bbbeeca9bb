import type { Person } from '../server.ts';
import type { Ground, Ids, Party } from './ground.ts';

/** A number from 0 up to, not including, `most`. */
export type Dice = (most: number) => number;

/**
 * What somebody does by guessing: calls a function through the API, asks the tables in SQL as
 * the database would let them, or joins a live topic.
 */
export type Guess =
	| { kind: 'call'; name: string; args: unknown }
	| { kind: 'statement'; text: string }
	| { kind: 'topic'; topic: string };

/** A generator of numbers that is the same for the same seed (mulberry32). */
export function dice(seed: number): Dice {
	let state = seed >>> 0;
	return (most) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
	};
}

/** Words that functions know, by the name of the argument; any others are a `x`. */
const known: Record<string, readonly unknown[]> = {
	...{ ask: [{ all: true, tables: {} }], agree: [true, false], exclude: [false, true] },
	...{ command: ['take_over', 'raise', 'give', 'hand_over', 'go', 'undo'], kind: ['pause'] },
	...{ args: [{}, { position: 1 }], expected_version: [1, 2, 3, 0, 4, 5], next: [null] },
	months: [12]
};

/** What an operation may say of a row, by what comes before its point. */
const changes: Record<string, readonly object[]> = {
	action: [{ title: 'x' }, { status: 'done' }, { outcome: 'done', line: '' }],
	challenge: [{ keep: 'present' }, { keep: 'room' }, { question: '' }],
	attendance: [{ present: false }, { present: true }],
	contribution: [{ text: '' }],
	goal: [{ shared: true }, { reason: '' }],
	notes: [{ body: '', takeaways: '' }],
	profile: [{ name: '' }]
};

const called = ({ functions }: Ground, { spared }: Party) =>
	functions.filter(({ name }) => !spared.includes(name));

const isId = (name: string) => /(^|_)ids?$/.test(name);
const quoted = (name: string) => `"${name}"`;
const listed = (names: readonly string[]) => names.map(quoted).join();

/** The id of a row that an argument of this name asks for. */
function idIn(row: Ids, name: string): string | string[] {
	return name.endsWith('s') ? [row.id!] : (row[name] ?? row.id!);
}

/** Operations of a kind on a row, with all that one may say. */
function operationsOn(row: Ids, kind: string, me: Person) {
	const [subject = '', what] = kind.split('.');
	const person = row.member_id ?? row.presenter_id ?? row.author_id ?? row.owner_id ?? me.id;
	const ids = Object.fromEntries(
		['group_id', 'session_id', 'challenge_id', 'action_id'].map((name) => [name, idIn(row, name)])
	);
	return (changes[subject] ?? [{}]).map((said) => ({
		...{ kind, base: null },
		args: {
			...{ ...ids, id: what === 'add' ? crypto.randomUUID() : row.id, ids: [row.id] },
			...{ member_id: person, owner_id: person, title: 'x', due_on: '2030-03-05', year: 2030 },
			...{ kind: 'advice', text: 'x', outcome: 'done', line: 'x', choice: 'do', shared: true },
			...{ measure: '', means: '', reason: '', double_confidential: false, ...said, changes: said }
		}
	}));
}

function sentOf(operations: readonly object[]): Guess {
	const numbered = operations.map((one, sequence) => ({ ...one, sequence }));
	const args = { client_id: crypto.randomUUID(), operations: numbered };
	return { kind: 'call', name: 'apply_ops', args };
}

/**
 * Every table whole, every topic, and every function and kind of operation with every row of the
 * group, in their order.
 */
export function everything(ground: Ground, party: Party): Guess[] {
	const tables = ground.tables.map(({ name, readable }): Guess => ({
		kind: 'statement',
		text: `select ${listed(readable)} from ${quoted(name)}`
	}));
	const topics = party.topics.map((topic): Guess => ({ kind: 'topic', topic }));
	const [me] = party.people;
	const operations = ground.rows.map((row) =>
		sentOf(ground.kinds.flatMap((kind) => operationsOn(row, kind, me!)))
	);
	const calls = ground.rows.flatMap((row, turn) =>
		called(ground, party)
			// A function that takes no id needs to be asked only once.
			.filter(({ args }) => turn === 0 || args.some(isId))
			.map(({ name, args }): Guess => {
				const from = { reader_id: me!.id, ...row };
				const value = (arg: string) => (isId(arg) ? idIn(from, arg) : (known[arg]?.[0] ?? 'x'));
				const given = Object.fromEntries(args.map((arg) => [arg, value(arg)]));
				return { kind: 'call', name, args: given };
			})
	);
	return [...tables, ...topics.slice(0, 1), ...operations, ...topics.slice(1), ...calls];
}

/** One guess: a list, a join, a count, a write, a function, an operation, a replay or a topic. */
export function guess(ground: Ground, party: Party, roll: Dice): Guess {
	const pick = <T>(of: readonly T[]): T => of[roll(of.length)]!;
	const row = pick(ground.rows);
	const id = () => pick(ground.rows).id!;
	const me = pick(party.people);
	const table = pick(ground.tables);
	const name = quoted(table.name);
	const column = () => quoted(pick(table.columns));
	const filter = () =>
		pick([
			`a.${column()}::text = '${id()}'`,
			`a.${column()}::text in ('${id()}', '${id()}')`,
			`a.${column()} is not null`,
			`(a.${column()}::text = '${id()}' or a.${column()} is not null)`,
			`a.${column()}::text ilike '%${pick(party.words)}%'`,
			`a.${column()}::text <> '${id()}'`
		]);
	const asked = () => pick(['*', listed(table.readable)]);
	// An id in a text would come back as a word of one's own.
	const literal = (of: string) =>
		isId(of) ? pick([`'${id()}'`, `'{${id()}}'`, 'null']) : pick(["'x'", "'1'", 'null', "'{}'"]);
	const statement = (text: string): Guess => ({ kind: 'statement', text });
	switch (roll(12)) {
		case 0:
			return statement(`select ${asked()} from ${name} a where ${filter()} and ${filter()}`);
		case 1:
		case 2: {
			const relation = quoted(pick([...table.relations, 'profiles', 'groups']));
			return statement(
				pick([
					`select a.*, b.* from ${name} a cross join ${relation} b where ${filter()} limit 500`,
					`select a.id, (select count(*) from ${relation}) from ${name} a where ${filter()}`,
					`select to_jsonb(b) from ${name} a, ${relation} b where ${filter()} limit 500`
				])
			);
		}
		case 3:
			return statement(`select count(*) from ${name} a where ${filter()}`);
		case 4:
			return statement(
				`select ${asked()} from ${name} order by ${column()} desc limit ${roll(2000)}`
			);
		case 5: {
			const of = pick(table.columns);
			return statement(
				`update ${name} a set ${quoted(of)} = ${literal(of)} where ${filter()} returning ${asked()}`
			);
		}
		case 6: {
			// A function that writes an operation names its client, and reads it again.
			if (table.name === 'operations') return statement(`select ${asked()} from ${name}`);
			const conflict = pick(['', 'on conflict do nothing']);
			return statement(
				`insert into ${name} (${listed(table.columns)})
				values (${table.columns.map(literal).join()}) ${conflict} returning ${asked()}`
			);
		}
		case 7:
			return statement(`delete from ${name} a where ${filter()} returning ${asked()}`);
		case 8: {
			const { name, args } = pick(called(ground, party));
			const from = { reader_id: me.id, ...row };
			const value = (arg: string) =>
				isId(arg)
					? pick<unknown>([idIn(from, arg), idIn(from, arg), idIn(from, arg), id(), [id()], null])
					: pick([...(known[arg] ?? []), 'x', 1, null, {}]);
			return { kind: 'call', name, args: Object.fromEntries(args.map((arg) => [arg, value(arg)])) };
		}
		case 9:
			return sentOf([
				pick(operationsOn(pick([row, { ...row, id: id() }]), pick(ground.kinds), me))
			]);
		case 10: {
			const snapshot = pick([null, '1:1:', '99999:99999:']);
			const tables = { [table.name]: { sum: [roll(3), roll(3)], snapshot } };
			return pick<Guess>([
				{ kind: 'call', name: 'apply_ops', args: pick(ground.sent) },
				{ kind: 'call', name: 'pull', args: { ask: { all: roll(2) === 0, tables } } }
			]);
		}
		default:
			// Joining costs more than asking: not as often.
			return roll(4) === 0
				? { kind: 'topic', topic: pick(party.topics) }
				: statement(`select ${asked()} from ${name} a where ${filter()}`);
	}
}
