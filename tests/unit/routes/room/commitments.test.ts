import { expect, test } from 'vitest';
import { commitmentOf } from '#routes/(app)/room/[id]/commitments.ts';

const blank = { title: '', owner: 'me', dueOn: '2026-11-26', goal: '', partner: '' };

test('a commitment comes back as it was left, its company too', () => {
	const kept = { ...blank, title: 'Appeler', owner: 'b', partner: 'c' };
	expect(commitmentOf(JSON.stringify(kept), blank)).toEqual(kept);
	expect(commitmentOf(null, blank)).toEqual(blank);
});

test('a draft of the first release, which held words alone, loses none of them', () => {
	for (const title of ['Appeler', '{ accolades', '42', 'null']) {
		expect(commitmentOf(title, blank)).toEqual({ ...blank, title });
	}
});
