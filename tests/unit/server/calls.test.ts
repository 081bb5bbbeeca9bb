import { expect, test } from 'vitest';
import { callerOf, countedNetwork, networkOf } from '#lib/server/caller.ts';
import { CALL_LIMITS, Calls } from '#lib/server/embedded/calls.ts';
import { Limits } from '#lib/server/embedded/limits.ts';

const minute = { window: 60_000 };
const rules = {
	callsPerAccount: { most: 2, ...minute },
	callsPerNetwork: { most: 4, ...minute }
};

function open() {
	let now = 0;
	const calls = new Calls(rules, new Limits(() => now));
	return { calls, turn: (milliseconds: number) => (now += milliseconds) };
}

test('an account that calls too often is told when to come back', () => {
	const { calls, turn } = open();
	expect(calls.ofAccount('ada')).toBeNull();
	expect(calls.ofAccount('ada')).toBeNull();
	turn(20_000);
	expect(calls.ofAccount('ada')).toBe(40);
	expect(calls.ofAccount('bob')).toBeNull();
	turn(40_000);
	expect(calls.ofAccount('ada')).toBeNull();
});

test('a network that calls too often is told so, whoever calls from it', () => {
	const { calls } = open();
	for (let call = 0; call < 4; call++)
		expect(calls.fromNetwork(`2001:db8:1:2::${call}`)).toBeNull();
	expect(calls.fromNetwork('2001:db8:1:2:ffff::9')).toBe(60);
	expect(calls.fromNetwork('2001:db8:1:3::1')).toBeNull();
});

test('callers behind a proxy that does not name them are not taken for one', () => {
	const { calls } = open();
	for (let call = 0; call < 9; call++) expect(calls.fromNetwork('127.0.0.1')).toBeNull();
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
