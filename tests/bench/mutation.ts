/**
 * `npm run bench:mutation`: puts every condition of every policy, and of the functions that
 * policies ask, aside in turn – once always true, once always false – and looks whether the
 * specification (tests/database/rights/matrix.ts) notices. It prints how many it noticed and names the others.
 * `-- goals`: of the rules whose name contains that word.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rules } from '../database/rights/matrix.ts';
import { Answers } from '../database/rights/matrix-answers.ts';
import { openWorld, personas, type World } from '../database/personas.ts';
import { claimsOf } from '../support/as-person.ts';
import { addRemains } from '../database/rights/remains.ts';
import { Pool } from '#lib/server/embedded/pool.ts';
import { Authorizer } from '#lib/server/embedded/realtime/authorize.ts';
import { connect, type Connection, openServer } from '../support/server.ts';
import { type Mutant, mutantsOf } from './mutation/mutants.ts';

/** Members who may hear the live room. */
const hearing = ['absent', 'back', 'facilitator', 'later', 'member', 'newest', 'presenter'];

const server = await openServer();
const cercle = connect(server);
try {
	const world = await openWorld(cercle);
	await addRemains(cercle.owner, world);
	const answers = new Answers(cercle, world);
	assert.equal(await notices(null), false, 'the specification does not hold to begin with');
	const word = process.argv[2] ?? '';
	const mutants = (await mutantsOf(cercle.owner)).filter(({ name }) => name.includes(word));
	const survivors: string[] = [];
	let total = 0;
	for (const mutant of mutants) {
		try {
			await cercle.owner.unsafe(mutant.change);
		} catch {
			// Not a condition after all: the database does not take it.
			continue;
		}
		total += 1;
		try {
			if (!(await notices(mutant))) survivors.push(said(mutant.name));
		} finally {
			await cercle.owner.unsafe(mutant.restore);
		}
	}
	assert.equal(await notices(null), false, 'something was not put back');
	console.log(`noticed ${total - survivors.length} / ${total}`);
	process.exitCode = survivors.length > 0 ? 1 : 0;

	/** As soon as it is known: the whole takes long. */
	function said(name: string): string {
		console.log(`not noticed: ${name}`);
		return name;
	}

	/** Whether an answer is another than the specification says. */
	async function notices(mutant: Mutant | null): Promise<boolean> {
		const concerned = rules.filter(({ table }) => !mutant?.table || table === mutant.table);
		const has = (command: string) => !mutant?.command || mutant.command === command;
		try {
			if (!mutant?.table) {
				await hear(cercle, world);
				await recognise(cercle, world);
			}
			if (has('SELECT')) for (const rule of concerned) await answers.select(rule);
			if (has('UPDATE')) for (const rule of concerned) await answers.update(rule);
			if (has('INSERT')) for (const rule of concerned) await answers.insert(rule);
			return false;
		} catch (error) {
			if (mutant === null) throw error;
			return true;
		}
	}
} finally {
	await cercle.close();
	await server.close();
}

/** Asks, as the gateway does, whether members may hear rooms and show that they are in them. */
async function hear({ owner, ownerUrl }: Connection, world: World): Promise<void> {
	const { live, closed, people } = world;
	const pool = new Pool({ url: ownerUrl, name: 'mutation', most: 1 });
	const authorizer = new Authorizer(pool);
	for (const [session, expected] of [
		[live, hearing],
		[closed, []]
	] as const) {
		const [row] = await owner`select private.room_topic(${session}) as topic`;
		const topic = String(row?.topic);
		const [heard, shown] = [[] as string[], [] as string[]];
		for (const persona of personas) {
			if (persona === 'anonymous') continue;
			const person = people[persona];
			const claims = {
				role: 'authenticated',
				sub: person.id,
				exp: null,
				json: claimsOf(person)
			} as const;
			const readable = await authorizer.read(topic, claims);
			if (readable?.broadcast) heard.push(persona);
			if (await authorizer.write(topic, claims, 'presence')) shown.push(persona);
			assert.equal(await authorizer.write(topic, claims, 'broadcast'), false);
		}
		assert.deepEqual([heard.sort(), shown.sort()], [expected, expected]);
	}
	await pool.close();
}

/** A token counts with the session it names, while that one lasts and is its bearer's. */
async function recognise({ owner }: Connection, { people }: World): Promise<void> {
	const { member, presenter } = people;
	const said = JSON.parse(claimsOf(member)) as Record<string, unknown>;
	const others = JSON.parse(claimsOf(presenter)) as Record<string, unknown>;
	for (const [session, expected] of [
		[said.session_id, member.id],
		[others.session_id, null],
		[randomUUID(), null]
	]) {
		const claims = JSON.stringify({ ...said, session_id: session });
		const [row] = await owner.begin(async (sql) => {
			await sql`select set_config('request.jwt.claims', ${claims}, true)`;
			await sql`set local role authenticated`;
			return sql`select private.uid() as id`;
		});
		assert.equal(row?.id, expected);
	}
}
