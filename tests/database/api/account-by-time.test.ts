import { expect, test } from 'vitest';
import { DEMO_HASH } from '#lib/server/demo.ts';
import { started } from '../../support/server.ts';

// Whether an account exists cannot be told by how long an answer takes, also once a load has outgrown the
// pace: here it is next to none. No duration is asserted: answers for addresses with and without an account
// come in turns, and neither is the slower one more often than chance has it.

const unbounded = { most: Infinity, window: 1 };
const { server, cercle } = await started({
	pace: 1,
	rules: { passwordsPerAddress: unbounded, triesPerPeer: unbounded, mailsPerPeer: unbounded }
});

const SAMPLES = 14;

async function took(path: string, body: object): Promise<number> {
	const began = performance.now();
	const answer = await fetch(`${server.url}${path}`, {
		method: 'POST',
		headers: { apikey: server.publishableKey, 'content-type': 'application/json' },
		body: JSON.stringify(body)
	});
	await answer.text();
	return performance.now() - began;
}

/** How often an answer for the one is slower than one for the other, of all pairs: half, by chance. */
function slower(one: readonly number[], other: readonly number[]): number {
	const wins = one.flatMap((a) => other.map((b) => (a > b ? 1 : a < b ? 0 : 0.5) as number));
	return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}

test.each<[string, string, (email: string) => object]>([
	['asking for a code', '/auth/v1/otp', (email) => ({ email })],
	['a wrong code', '/auth/v1/verify', (email) => ({ email, token: '123456', type: 'email' })],
	[
		'a wrong password',
		'/auth/v1/token?grant_type=password',
		(email) => ({ email, password: 'a wrong password' })
	]
])('by %s', async (what, path, body) => {
	const known = Array.from(
		{ length: SAMPLES },
		(_, n) => `known-${what.replaceAll(' ', '-')}-${n}@time.example`
	);
	for (const email of known) {
		await cercle.owner`
			insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
			values (gen_random_uuid(), 'authenticated', 'authenticated', ${email}, ${DEMO_HASH}, now())
		`;
	}
	const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
	const asked = known.flatMap((email, turn) => {
		const pair = [
			['known', email] as const,
			['unknown', email.replace('known', 'unknown')] as const
		];
		return turn % 2 === 0 ? pair : pair.reverse();
	});
	for (const [kind, email] of asked) times[kind].push(await took(path, body(email)));
	const share = slower(times.known, times.unknown);
	// Four times what chance alone moves it by, for so many; of all pairs it would be nearly all or none.
	expect(share).toBeGreaterThan(0.06);
	expect(share).toBeLessThan(0.94);
});
