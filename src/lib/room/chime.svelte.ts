import type { Cue } from './cues.ts';

/** The peak volume of a tone, of 1: heard across a table, not across a room. */
const LOUD = 0.12;
/** How long a tone takes to fade away, in seconds. */
const FADE = 0.9;
/** The tones of each cue, in hertz: one for the last minute, two that fall for the end. */
const TONES: Readonly<Record<Cue, readonly number[]>> = { minute: [660], end: [660, 495] };

/**
 * A quiet tone of this device, synthesised. Off until a tap turns it on, as browsers require;
 * leaving the room turns it off again.
 */
export class Chime {
	#context: AudioContext | null = null;
	#on = $state.raw(false);

	get on(): boolean {
		return this.#on;
	}

	/** Whether this browser can make a sound. */
	get possible(): boolean {
		return 'AudioContext' in globalThis;
	}

	/** Turned on, it sounds once, so that the member knows it and knows that it works. */
	turn(on: boolean): void {
		this.#on = on;
		if (!on) return void this.#context?.suspend();
		this.#context ??= new AudioContext();
		this.play('minute');
	}

	play(cue: Cue): void {
		const context = this.#context;
		if (!this.#on || !context) return;
		// A call or a locked phone may have stopped it.
		void context.resume();
		TONES[cue].forEach((frequency, turn) => tone(context, frequency, turn * 0.35));
	}

	/** Releases the audio device. */
	close(): void {
		this.#on = false;
		void this.#context?.close();
		this.#context = null;
	}
}

function tone(context: AudioContext, frequency: number, delay: number): void {
	const start = context.currentTime + delay;
	const voice = new OscillatorNode(context, { type: 'sine', frequency });
	const volume = new GainNode(context, { gain: 0 });
	// Rising and falling softly: a tone cut short clicks.
	volume.gain.setValueAtTime(0, start);
	volume.gain.linearRampToValueAtTime(LOUD, start + 0.02);
	volume.gain.exponentialRampToValueAtTime(0.0001, start + FADE);
	voice.connect(volume).connect(context.destination);
	voice.start(start);
	voice.stop(start + FADE);
}
