import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import type { Connection, Person } from '../server.ts';
import { NOTHING_YET } from '../../database/people.ts';
import { type Dice, dice, everything, guess, type Guess } from './calls.ts';
import { type Ground, openGround, ownWork } from './ground.ts';

export interface Played {
	calls: number;
	/** What an outsider may ask or change of their own. */
	answered: number;
	refused: number;
	/** Live topics that were tried. */
	joins: number;
	/** How often an insider read their own group at the same time, canary included. */
	inside: number;
}

/** How many outsiders ask at once. */
const AT_ONCE = 12;

/**
 * Has members of one group guess for the words of another, while its own member reads them over the
 * same connections of the database. @throws at the first answer with a canary in it, with the seed
 * and the guess. `delay` is how long one may wait before asking, in ms.
 */
export async function playFuzz(
	cercle: Connection,
	{ calls, seed, delay }: { calls: number; seed: number; delay: number }
): Promise<Played> {
	const ground = await openGround(cercle);
	const played: Played = { calls: 0, answered: 0, refused: 0, joins: 0, inside: 0 };
	let left = calls;
	const first = everything(ground).slice(0, calls / 2);
	const outsider = async (turn: number) => {
		const roll = dice(seed + turn);
		const person = ground.outsiders[turn % ground.outsiders.length]!;
		while (left-- > 0) {
			if (delay > 0) await wait(roll(delay));
			const next = first.shift() ?? guess(ground, roll);
			await ask(cercle, ground, person, next, played, seed + turn);
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
		...Array.from({ length: AT_ONCE }, (_, turn) => outsider(turn)),
		insider(dice(seed - 1))
	]);
	return played;
}

async function ask(
	cercle: Connection,
	ground: Ground,
	person: Person,
	guess: Guess,
	played: Played,
	seed: number
): Promise<void> {
	played.calls += 1;
	if (guess.kind === 'topic') {
		played.joins += 1;
		const heard = await join(person, guess.topic);
		return assert.deepEqual(heard, ['CHANNEL_ERROR'], `a topic of the group: ${guess.topic}`);
	}
	const { ok, said } =
		guess.kind === 'call'
			? await call(cercle, person, guess.name, guess.args)
			: await state(person, guess.text);
	const asked = JSON.stringify(guess);
	const where = `seed ${seed}: ${asked}`;
	// What one asked with may be said back; what one did not know may not.
	const told = [ground.canary, ...ground.ids].filter(
		(secret) => said.toLowerCase().includes(secret) && !asked.includes(secret)
	);
	assert.deepEqual(told, [], where);
	// Nor whether the word is there at all.
	if (ok && asked.includes(ground.canary) && guess.kind === 'statement') {
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
