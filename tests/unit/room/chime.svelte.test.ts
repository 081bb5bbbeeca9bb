import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Chime } from '#lib/room/chime.svelte.ts';

let tones: number[] = [];
let done: string[] = [];

beforeEach(() => {
	tones = [];
	done = [];
	const node = { connect: (next: unknown) => next };
	const gain = Object.fromEntries(
		['setValueAtTime', 'linearRampToValueAtTime', 'exponentialRampToValueAtTime'].map((name) => [
			name,
			() => undefined
		])
	);
	vi.stubGlobal(
		'AudioContext',
		class {
			currentTime = 0;
			resume = async () => void done.push('resume');
			suspend = async () => void done.push('suspend');
			close = async () => void done.push('close');
		}
	);
	vi.stubGlobal(
		'GainNode',
		class {
			connect = node.connect;
			gain = gain;
		}
	);
	vi.stubGlobal(
		'OscillatorNode',
		class {
			connect = node.connect;
			constructor(_: unknown, { frequency }: { frequency: number }) {
				tones.push(frequency);
			}
			start(): void {}
			stop(): void {}
		}
	);
});
afterEach(() => vi.unstubAllGlobals());

test('no sound until a tap turns it on', () => {
	const chime = new Chime();
	chime.play('end');
	expect(tones).toEqual([]);
	expect(chime.on).toBe(false);
});

test('turned on, it is heard once; then one tone for the last minute, two for the end', () => {
	const chime = new Chime();
	chime.turn(true);
	expect(tones).toEqual([660]);
	chime.play('minute');
	chime.play('end');
	expect(tones).toEqual([660, 660, 660, 495]);
});

test('turned off, it is silent; leaving the room gives the device back', () => {
	const chime = new Chime();
	chime.turn(true);
	chime.turn(false);
	chime.play('end');
	expect(tones).toEqual([660]);
	chime.close();
	expect(done).toEqual(['resume', 'suspend', 'close']);
});

test('a browser without sound does not offer it', () => {
	expect(new Chime().possible).toBe(true);
	vi.unstubAllGlobals();
	expect(new Chime().possible).toBe(false);
});
