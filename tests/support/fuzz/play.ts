import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection, Person } from '../server.ts';
import { type Dice, dice, guess, type Guess } from './calls.ts';
import { type Ground, openGround, ownWork } from './ground.ts';

export interface Played {
	calls: number;
	/** Answers of status 200 and the like: what an outsider may ask of their own. */
	answered: number;
	refused: number;
	/** Live topics that were tried. */
	joins: number;
	/** Times an insider read their own group meanwhile, canary and all. */
	inside: number;
}

/** How many outsiders ask at once. */
const AT_ONCE = 12;

/**
 * Has members of one group guess for the words of another, while its own member reads them over the
 * same connections of the database. Throws at the first answer with a canary in it, with the seed
 * and the guess. `delay` is how long one may wait before asking, in ms.
 */
export async function playFuzz(
	cercle: Connection,
	{ calls, seed, delay }: { calls: number; seed: number; delay: number }
): Promise<Played> {
	const ground = await openGround(cercle);
	const played: Played = { calls: 0, answered: 0, refused: 0, joins: 0, inside: 0 };
	let left = calls;
	const outsider = async (turn: number) => {
		const roll = dice(seed + turn);
		const person = ground.outsiders[turn % ground.outsiders.length]!;
		while (left-- > 0) {
			if (delay > 0) await wait(roll(delay));
			await ask(cercle, ground, person, guess(ground, roll), played, seed + turn);
			if (roll(20) === 0) await ownWork(person);
		}
	};
	const insider = async (roll: Dice) => {
		while (left > 0) {
			await wait(roll(20));
			const { data } = await ground.insider.client.from('actions').select('title');
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
	if (guess.topic) {
		played.joins += 1;
		const heard = await join(person, guess.topic);
		return assert.deepEqual(heard, ['CHANNEL_ERROR'], `a topic of the group: ${guess.topic}`);
	}
	const answer = await fetch(new URL(guess.path, cercle.url), {
		method: guess.method,
		headers: {
			apikey: cercle.publishableKey,
			authorization: `Bearer ${person.session.access_token}`,
			'content-type': 'application/json',
			...guess.headers
		},
		...(guess.body !== undefined && { body: JSON.stringify(guess.body) })
	});
	const body = await answer.text();
	const range = answer.headers.get('content-range') ?? '';
	const asked = guess.path + JSON.stringify(guess.body ?? null);
	const where = `seed ${seed}: ${guess.method} ${guess.path} ${JSON.stringify(guess.body)}`;
	// What one asked with may be said back; what one did not know may not.
	const told = [ground.canary, ...ground.ids].filter(
		(secret) => body.toLowerCase().includes(secret) && !asked.includes(secret)
	);
	assert.deepEqual(told, [], where);
	// Nor whether the word is there at all.
	if (answer.ok && guess.path.includes(ground.canary)) {
		assert(['', '[]'].includes(body), `${where} said ${body}`);
		assert(!/\/[1-9]/.test(range), where);
	}
	if (answer.ok) played.answered += 1;
	else played.refused += 1;
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
