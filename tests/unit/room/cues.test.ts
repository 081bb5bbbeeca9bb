import { expect, test } from 'vitest';
import { type Cue, type Heard, listen } from '#lib/room/cues.ts';
import { instant, millis, minutes } from '#lib/domain/time.ts';
import type { RoomState } from '#lib/domain/timer/state.ts';

const begin = 1_000_000;
/** A segment of five minutes that runs. */
const five: RoomState = {
	position: 1,
	startedAt: instant(begin),
	planned: minutes(5),
	added: millis(0),
	pausedAt: null,
	paused: millis(0),
	version: 3,
	facilitatorId: 'ada'
};

/** The cues of a phone that looks at these seconds of the segment; each may bring another state. */
function cues(looks: readonly (number | [number, Partial<RoomState>])[]): [number, Cue][] {
	let before: Heard | null = null;
	let room = five;
	const said: [number, Cue][] = [];
	for (const look of looks) {
		const [second, change] = typeof look === 'number' ? [look, {}] : look;
		room = { ...room, ...change };
		const { heard, due } = listen(before, room, instant(begin + second * 1000));
		before = heard;
		if (due) said.push([second, due]);
	}
	return said;
}

const seconds = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('the last minute and the end are said once each', () => {
	expect(cues(seconds(0, 400))).toEqual([
		[240, 'minute'],
		[301, 'end']
	]);
});

test('fetching the state again repeats nothing', () => {
	const again = seconds(230, 320).flatMap((second): [number, Partial<RoomState>][] => [
		[second, { version: second }],
		[second, { version: second }]
	]);
	expect(cues(again)).toHaveLength(2);
});

test('nothing is said on entering a room in its last minute, or over', () => {
	expect(cues(seconds(250, 260))).toEqual([]);
	expect(cues(seconds(400, 410))).toEqual([]);
	// The end is still to come for a member who entered in the last minute.
	expect(cues(seconds(250, 305))).toEqual([[301, 'end']]);
});

test('a phone that slept through them says nothing when it wakes', () => {
	expect(cues([100, 101, 280])).toEqual([]);
	expect(cues([100, 101, 700, 701])).toEqual([]);
});

test('another segment says nothing by beginning, however short it is', () => {
	const next = { position: 2, startedAt: instant(begin + 120_000), planned: minutes(1) };
	expect(cues([118, 119, [120, next], 121])).toEqual([]);
});

test('a pause stops the cues, and the clock that goes on says them', () => {
	const stopped: Partial<RoomState> = { pausedAt: instant(begin + 238_000) };
	const goesOn: Partial<RoomState> = { pausedAt: null, paused: millis(4_000) };
	expect(cues([237, [238, stopped], 239, 240, 241, [242, goesOn], 243, 244, 245])).toEqual([
		[244, 'minute']
	]);
	// Stopped in the last minute, it is not said again.
	const later: Partial<RoomState> = { pausedAt: instant(begin + 243_000) };
	expect(cues([239, 240, [243, later], 244, [245, { ...goesOn, paused: millis(2_000) }]])).toEqual([
		[240, 'minute']
	]);
});

test('minutes granted give the segment a new last minute; taken back, they repeat nothing', () => {
	const more = { added: minutes(1) };
	expect(cues([239, 240, [241, more], 242, ...seconds(297, 303)])).toEqual([
		[240, 'minute'],
		[300, 'minute']
	]);
	expect(cues([239, 240, [241, more], 242, [243, { added: millis(0) }], 244])).toEqual([
		[240, 'minute']
	]);
});

test('a minute taken away may bring the last minute, or the end, at once', () => {
	expect(cues([200, [201, { added: minutes(-1) }], 202])).toEqual([[201, 'minute']]);
	expect(cues([200, [201, { added: minutes(-2) }], 202])).toEqual([[201, 'end']]);
});

test('a minute granted to a segment that stays over says nothing', () => {
	expect(cues([399, 400, [401, { added: minutes(1) }], 402])).toEqual([]);
});
