import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { callerOf, countedNetwork, networkOf } from '#lib/server/caller.ts';
import { CALL_LIMITS, Calls } from '#lib/server/embedded/calls.ts';
import { Limits } from '#lib/server/embedded/limits.ts';

const SECRET = 'a secret of at least thirty-two characters';
const minute = { window: 60_000 };
const rules = {
	callsPerAccount: { most: 2, ...minute },
	callsPerNetwork: { most: 4, ...minute }
};

const bearer = async (sub: string, secret = SECRET) =>
	`Bearer ${await new SignJWT({ sub, session_id: `of ${sub}`, role: 'authenticated' })
		.setProtectedHeader({ alg: 'HS256' })
		.setExpirationTime('1h')
		.sign(new TextEncoder().encode(secret))}`;

function open() {
	let now = 0;
	const calls = new Calls(SECRET, rules, new Limits(() => now));
	return { calls, turn: (milliseconds: number) => (now += milliseconds) };
}

test('an account that calls too often is told when to come back, on all its devices', async () => {
	const { calls, turn } = open();
	const ada = await bearer('ada');
	expect(await calls.take('203.0.113.1', ada)).toBeNull();
	expect(await calls.take('203.0.113.2', await bearer('ada'))).toBeNull();
	turn(20_000);
	expect(await calls.take('203.0.113.3', ada)).toBe(40);
	expect(await calls.take('203.0.113.3', await bearer('bob'))).toBeNull();
	turn(40_000);
	expect(await calls.take('203.0.113.3', ada)).toBeNull();
});

test('a network that calls too often is told so, whoever calls from it', async () => {
	const { calls } = open();
	const from = (peer: string) => calls.take(peer, null);
	for (let call = 0; call < 4; call++) expect(await from(`2001:db8:1:2::${call}`)).toBeNull();
	expect(await from('2001:db8:1:2:ffff::9')).toBe(60);
	expect(await from('2001:db8:1:3::1')).toBeNull();
});

test('nobody uses up what another may do: only a token of ours counts for its account', async () => {
	const { calls } = open();
	const forged = await bearer('ada', 'another secret of thirty-two characters');
	for (const peer of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
		expect(await calls.take(peer, forged)).toBeNull();
	}
	expect(await calls.take('198.51.100.4', await bearer('ada'))).toBeNull();
});

test('callers behind a proxy that does not name them are not taken for one', async () => {
	const { calls } = open();
	for (let call = 0; call < 9; call++) expect(await calls.take('127.0.0.1', null)).toBeNull();
	expect(countedNetwork('::1')).toBeNull();
	expect(countedNetwork('10.0.0.1')).toBe('10.0.0.1');
});

test('a network is a /64, however it is written', () => {
	expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0');
	expect(networkOf('2001:db8:0:0:1:2:3:4')).toBe('2001:db8:0:0');
	expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
});

test('of several addresses in the header the nearest proxy’s own word counts', () => {
	const request = (told?: string) =>
		({
			headers: told === undefined ? {} : { 'x-forwarded-for': told },
			socket: { remoteAddress: '::ffff:10.0.0.9' }
		}) as unknown as Parameters<typeof callerOf>[0];
	expect(callerOf(request('1.1.1.1, 203.0.113.5'), 'x-forwarded-for')).toBe('203.0.113.5');
	expect(callerOf(request('1.1.1.1'), null)).toBe('10.0.0.9');
	expect(callerOf(request(), 'x-forwarded-for')).toBe('10.0.0.9');
});

test('eight phones in a live room, all deaf, all writing, all waking, stay far below', () => {
	// The figures of the app: POLL, GATHER (a push and a pull), trips on waking, presses.
	const phone = 60 / 2 + (60 / 0.4) * 2 + 15 + 60;
	expect(phone * 2).toBeLessThan(CALL_LIMITS.callsPerAccount.most);
	expect(phone * 8).toBeLessThan(CALL_LIMITS.callsPerNetwork.most);
	// A community of five groups that comes back together, and goes on as deaf phones do.
	expect(40 * (15 + 30)).toBeLessThan(CALL_LIMITS.callsPerNetwork.most / 3);
});
