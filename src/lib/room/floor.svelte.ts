import type { Backend } from '#lib/data/backend.ts';
import { codeOf } from '#lib/data/failure.ts';
import * as rooms from '#lib/data/rooms.ts';
import type { FloorCommand, FloorRow, Signals } from '#lib/data/rooms.ts';
import type { SignalKind } from '#lib/domain/session/floor.ts';

const empty: FloorRow = { version: 0, turns: [], thumbs: { up: 0, down: 0 } };

/**
 * The floor of the running segment on this phone: the speaker, the hands, thumbs, silent signals.
 * Its requests are small and repeatable, and never in the way of the room's commands.
 */
export class Floor {
	readonly #backend: Backend;
	readonly #session: string;
	readonly #ended: (problem: string | null) => void;
	#floor = $state.raw<FloorRow>(empty);
	#thumb = $state.raw<boolean | null>(null);
	#signals = $state.raw<Signals>([]);

	/** `ended` is called with the outcome of each request: null, or the code of its refusal. */
	constructor(backend: Backend, session: string, ended: (problem: string | null) => void) {
		this.#backend = backend;
		this.#session = session;
		this.#ended = ended;
	}

	/** The speaker first, then the members who wait, in the order of their hands. */
	get turns(): FloorRow['turns'] {
		return this.#floor.turns;
	}
	/** How many would go on with the topic, and how many not. */
	get thumbs(): FloorRow['thumbs'] {
		return this.#floor.thumbs;
	}
	/** This member's thumb; null: none. */
	get thumb(): boolean | null {
		return this.#thumb;
	}
	/** What the facilitator was told without a word; empty on every other phone. */
	get signals(): Signals {
		return this.#signals;
	}

	/** Hands, turns, thumbs. True when it was done. */
	speak(command: FloorCommand): Promise<boolean> {
		return this.#ask(async () => {
			this.hear(await rooms.speak(this.#backend, this.#session, command));
			if (command.command === 'thumb') this.#thumb = command.up;
		});
	}

	/** Tells the facilitator something without a word; nobody learns which member did. */
	signal(kind: SignalKind): Promise<boolean> {
		return this.#ask(() => rooms.signal(this.#backend, this.#session, kind));
	}

	/** The facilitator has heard these signals. */
	dismiss(kind: SignalKind): Promise<boolean> {
		this.#signals = this.#signals.filter((signal) => signal.kind !== kind);
		return this.#ask(() => rooms.dismiss(this.#backend, this.#session, kind));
	}

	/** Takes the floor as the server sent it, unless a newer one is known. */
	hear(floor: FloorRow): void {
		if (floor.version < this.#floor.version) return;
		this.#floor = floor;
		if (floor.thumbs.up + floor.thumbs.down === 0) this.#thumb = null;
	}

	/** Takes what the server sends to this member alone. */
	own(thumb: boolean | null, signals: Signals): void {
		this.#thumb = thumb;
		this.#signals = signals;
	}

	async #ask(request: () => Promise<void>): Promise<boolean> {
		this.#ended(null);
		try {
			await request();
			return true;
		} catch (error) {
			this.#ended(codeOf(error));
			return false;
		}
	}
}
