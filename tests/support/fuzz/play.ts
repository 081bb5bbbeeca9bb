import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import type { Connection, Person } from '../server.ts';
import { NOTHING_YET } from '../../database/people.ts';
import { type Dice, dice, everything, guess, type Guess } from './calls.ts';
import { openGround, ownWork, type Party } from './ground.ts';
import { protectionsOf } from './protections.ts';

export interface Played {
	calls: number;
	/** What they may ask or change of their own. */
	answered: number;
	refused: number;
	/** Live topics that were tried. */
	joins: number;
	/** How often a member read the group at the same time, canary included. */
	inside: number;
}

/** How many guess at once. */
const AT_ONCE = 12;

/**
 * Has members of another group, and members who came later or came back, guess for words that are
 * not theirs, while a member reads them over the same connections of the database. @throws at the
 * first answer with one in it, with the seed and the guess, and where anything that others settled
 * or said was changed. `delay` is how long one may wait before asking, in ms.
 */
export async function playFuzz(
	cercle: Connection,
	{ calls, seed, delay }: { calls: number; seed: number; delay: number }
): Promise<Played> {
	const ground = await openGround(cercle);
	const held = await protectionsOf(cercle, ground);
	const played: Played = { calls: 0, answered: 0, refused: 0, joins: 0, inside: 0 };
	const { parties } = ground;
	let left = calls;
	const first = parties.map((party) =>
		everything(ground, party).slice(0, calls / 2 / parties.length)
	);
	const guesser = async (turn: number) => {
		const roll = dice(seed + turn);
		const party = parties[turn % parties.length]!;
		const person = party.people[Math.floor(turn / parties.length) % party.people.length]!;
		while (left-- > 0) {
			if (delay > 0) await wait(roll(delay));
			const next = first[turn % parties.length]!.shift() ?? guess(ground, party, roll);
			await ask(cercle, party, person, next, played, seed + turn);
			if (roll(20) === 0) await ownWork(person);
		}
	};
	const insider = async (roll: Dice) => {
		while (left > 0) {
			await wait(roll(20));
			const { data } = await ground.insider.client.rpc('pull', { ask: NOTHING_YET });
			assert(JSON.stringify(data).includes(ground.canary), 'the member reads their own group');
			played.inside += 1;
		}
	};
	await Promise.all([
		...Array.from({ length: AT_ONCE }, (_, turn) => guesser(turn)),
		insider(dice(seed - 1))
	]);
	const now = await protectionsOf(cercle, ground);
	assert.deepEqual(now.own, held.own, `seed ${seed}`);
	const lost = held.kept.filter((line) => !now.kept.includes(line));
	assert.deepEqual(lost, [], `seed ${seed}`);
	return played;
}

async function ask(
	cercle: Connection,
	party: Party,
	person: Person,
	guess: Guess,
	played: Played,
	seed: number
): Promise<void> {
	played.calls += 1;
	if (guess.kind === 'topic') {
		played.joins += 1;
		const heard = await join(person, guess.topic);
		return assert.deepEqual(heard, ['CHANNEL_ERROR'], `a topic that is not theirs: ${guess.topic}`);
	}
	const { ok, said } =
		guess.kind === 'call'
			? await call(cercle, person, guess.name, guess.args)
			: await state(person, guess.text);
	const asked = JSON.stringify(guess);
	const where = `seed ${seed}: ${asked}`;
	// What one asked with may be said back; what one did not know may not.
	// One's own operations name the rows that one named when they were sent.
	const ids = asked.includes('operations') ? [] : party.ids;
	const told = [...party.words, ...ids].filter(
		(secret) => said.toLowerCase().includes(secret) && !asked.includes(secret)
	);
	assert.deepEqual(told, [], where);
	// Nor whether the word is there at all.
	const named = party.words.some((word) => asked.includes(word));
	if (ok && named && guess.kind === 'statement') {
		assert(['[]', '[{"count":"0"}]'].includes(said), `${where} said ${said}`);
	}
	if (ok) played.answered += 1;
	else played.refused += 1;
}

interface Said {
	ok: boolean;
	/** All of the answer: what is refused is refused in words that may tell something, too. */
	said: string;
}

async function call(
	cercle: Connection,
	person: Person,
	name: string,
	args: unknown
): Promise<Said> {
	const answer = await fetch(new URL(`/rest/v1/rpc/${name}`, cercle.url), {
		method: 'POST',
		headers: {
			apikey: cercle.publishableKey,
			authorization: `Bearer ${person.session.access_token}`,
			'content-type': 'application/json'
		},
		body: JSON.stringify(args)
	});
	return { ok: answer.ok, said: await answer.text() };
}

async function state(person: Person, text: string): Promise<Said> {
	try {
		return { ok: true, said: JSON.stringify(await person.sql((sql) => sql.unsafe(text))) };
	} catch (error) {
		if (!(error instanceof postgres.PostgresError)) throw error;
		return { ok: false, said: `${error.message} ${error.detail ?? ''}` };
	}
}

/** What a client is told that joins a topic, until it is in or not. */
async function join({ client, session }: Person, topic: string): Promise<string[]> {
	await client.realtime.setAuth(session.access_token);
	const heard: string[] = [];
	const channel = client.channel(topic, { config: { private: true } });
	await new Promise<void>((done) => {
		channel.subscribe((status) => {
			heard.push(status);
			done();
		});
	});
	await client.removeChannel(channel);
	return heard.slice(0, 1);
}
