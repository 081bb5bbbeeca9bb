import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { Callers } from '#lib/server/embedded/callers.ts';

const SECRET = 'a secret of at least thirty-two characters';
const [PUBLISHABLE, PRIVATE] = ['sb_publishable_of_the_app', 'sb_secret_of_the_server'];
const BEGAN = 1_800_000_000_000;

const bearer = async (sub: string, secret = SECRET) =>
	`Bearer ${await new SignJWT({ sub, role: 'authenticated' })
		.setProtectedHeader({ alg: 'HS256' })
		.setExpirationTime(BEGAN / 1_000 + 3_600)
		.sign(new TextEncoder().encode(secret))}`;

function open() {
	let now = BEGAN;
	const clock = { now: () => now, after: () => () => undefined };
	const callers = new Callers(SECRET, [PUBLISHABLE, PRIVATE], clock);
	return { callers, turn: (milliseconds: number) => (now += milliseconds) };
}

test('a key alone stands for nobody, or for the service', async () => {
	const { callers } = open();
	for (const authorization of [undefined, `Bearer ${PUBLISHABLE}`]) {
		expect(await callers.claimsOf(PUBLISHABLE, authorization)).toMatchObject({
			role: 'anon',
			sub: null
		});
	}
	expect(await callers.claimsOf(PRIVATE, undefined)).toMatchObject({ role: 'service_role' });
});

test('a token of ours stands for its account, until it ends, however often it came before', async () => {
	const { callers, turn } = open();
	const ada = await bearer('ada');
	for (let time = 0; time < 2; time++) {
		expect(await callers.claimsOf(PUBLISHABLE, ada)).toMatchObject({
			role: 'authenticated',
			sub: 'ada'
		});
	}
	turn(3_600_000);
	expect(await callers.claimsOf(PUBLISHABLE, ada)).toMatchObject({ status: 401 });
});

test('nobody speaks for another: a token of another secret, a secret key as a token, or no token', async () => {
	const { callers } = open();
	const forged = await bearer('ada', 'another secret of thirty-two characters');
	for (const authorization of [forged, `Bearer ${PRIVATE}`, 'Bearer x', 'Bearer a.b.c']) {
		const answer = await callers.claimsOf(PUBLISHABLE, authorization);
		expect([authorization, answer]).toMatchObject([authorization, { status: 401 }]);
	}
});
