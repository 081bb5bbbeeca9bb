import { expect, test } from 'vitest';
import { answerAuth, AUTH_LIMITS, type AuthOptions } from '#lib/server/embedded/auth.ts';
import { Limits } from '#lib/server/embedded/limits.ts';

function options(): AuthOptions {
	return {
		accounts: {
			find: async () => null,
			forgetUnconfirmed: async () => undefined,
			voidCodes: async () => undefined,
			dropPassword: async () => undefined,
			renewConfirmation: async () => null,
			spendProof: async () => false,
			hasSession: async () => false,
			nameSession: async () => undefined,
			endSessions: async () => undefined,
			endOtherSessions: async () => undefined
		},
		limits: new Limits(() => 0),
		rules: { ...AUTH_LIMITS, mailsPerPeer: { most: 2, window: 1000 } },
		forward: async () => Response.json({}),
		sendCode: () => undefined,
		pace: 0
	};
}

const ask = async (email: string, peer: string, held: AuthOptions) =>
	(
		await answerAuth(
			{
				...{ method: 'POST', name: 'otp', query: new URLSearchParams() },
				...{ body: { email }, peer, bearer: null }
			},
			held
		)
	)?.status;

test('who has asked for too many codes takes none from others', async () => {
	const held = options();
	const asked = [];
	for (let turn = 0; turn < 12; turn++) asked.push(await ask('ana@example.org', 'a', held));
	expect(asked).toEqual([200, 200, ...new Array<number>(10).fill(429)]);
	expect(await ask('ana@example.org', 'b', held)).toBe(200);
});
