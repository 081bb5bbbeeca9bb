import { expect, test } from 'vitest';
import { instant } from '#lib/domain/time.ts';
import { Presence } from '#lib/room/presence.svelte.ts';

test('a phone that goes is lost from that moment on, until it comes back', () => {
	const presence = new Presence();
	presence.meet(['ada', 'bob'], instant(1_000));
	presence.meet(['ada'], instant(2_000));
	presence.meet(['ada', 'cleo'], instant(3_000));
	expect(presence.members).toEqual(['ada', 'cleo']);
	expect(presence.lostSince('bob')).toBe(2_000);
	presence.meet(['ada', 'bob'], instant(4_000));
	expect(presence.lostSince('bob')).toBeNull();
	expect(presence.lostSince('cleo')).toBe(4_000);
});

test('of a phone that was never seen nothing is said', () => {
	const presence = new Presence();
	presence.meet(['ada'], instant(1_000));
	expect(presence.lostSince('bob')).toBeNull();
});
