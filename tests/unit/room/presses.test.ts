import { expect, test } from 'vitest';
import { Presses } from '#lib/room/presses.ts';

const settled = () => new Promise((turn) => setImmediate(turn));

/** Commands whose answers the test gives one by one. */
function line() {
	const sent: string[] = [];
	const answers: ((done: boolean) => void)[] = [];
	const act = (name: string) => () => {
		sent.push(name);
		return new Promise<boolean>((answer) => answers.push(answer));
	};
	const answer = async (done: boolean) => {
		answers.shift()?.(done);
		await settled();
	};
	return { sent, act, answer };
}

test('a press waits for the answer to the one before', async () => {
	const { sent, act, answer } = line();
	const presses = new Presses();
	for (const name of ['+1', '+1', 'pause']) void presses.press(act(name));
	await settled();
	expect(sent).toEqual(['+1']);
	await answer(true);
	expect(sent).toEqual(['+1', '+1']);
	await answer(true);
	expect(sent).toEqual(['+1', '+1', 'pause']);
});

test('after a refusal what was pressed meanwhile is forgotten, and later presses count', async () => {
	const { sent, act, answer } = line();
	const presses = new Presses();
	const done = ['go', 'pause', '+1'].map((name) => presses.press(act(name)));
	await settled();
	await answer(false);
	expect(await Promise.all(done)).toEqual([false, false, false]);
	expect(sent).toEqual(['go']);
	void presses.press(act('resume'));
	await settled();
	expect(sent).toEqual(['go', 'resume']);
});
